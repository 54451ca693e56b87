"""The client's contact, if an app gives it among the details."""

import asyncio
from collections.abc import Callable

import pytest

from clientsync_tui.accounting.seam import shapes
from clientsync_tui.practice.model import CONTACT, Details
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace
from tests.support.practice import Practice, practices, signed_in

__all__ = ["practices"]

GIVES = {
    "freeagent": {"email", "phone"},
    "freshbooks": {"phone"},
    "quickbooks": {"email", "phone"},
    "sage": {"phone"},
    "xero": {"phone"},
    "zoho_books": set(CONTACT),
}


def test_details_have_the_contact_that_the_app_gives(practices: Callable[[Options], Practice]) -> None:
    practice = practices(Options(organisations=2, limits=False, softwares=tuple(GIVES)))
    practice.keep_secrets()
    me, world = practice.people[0], practice.sandbox.world

    async def read(workplace: Workplace, session: Session) -> dict[str, Details]:
        async def of(software: str) -> Details:
            organisation = world.id_of(software, 0)
            one = workplace.software(software).organisations_per_sign_in == "one"
            sign_in = await signed_in(session, me, [organisation] if one else None, software)
            return await workplace.software(software).details(session.calls(sign_in), organisation)

        return dict(zip(GIVES, await asyncio.gather(*map(of, GIVES)), strict=True))

    for software, details in practice.do(read).items():
        true = world.organisation(software, 0)
        expected = {name: getattr(true, name) for name in GIVES[software]}
        found = {name: details[name] for name in CONTACT if name in details}
        assert found == {name: value for name, value in expected.items() if value}, software


@pytest.mark.parametrize("email", ["", "none", "a b@example.com", 5, None, "x" * 300 + "@example.com"])
def test_invalid_email_address_is_left_out(email: object) -> None:
    assert shapes.contact(name="Ivy\x1b[31m Lane", email=email, phone=None) == {
        "contact_name": "Ivy[31m Lane"
    }
