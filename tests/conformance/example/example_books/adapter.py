"""Example Books, as the program sees it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal
from urllib.parse import quote

from clientsync_tui.accounting.seam import shapes
from clientsync_tui.accounting.seam.software import (
    Addresses,
    Answer,
    Calls,
    Grant,
    Limits,
    NewSignIn,
    Rate,
    Record,
)
from clientsync_tui.practice.model import Details, Organisation
from clientsync_tui.practice.people import Person
from clientsync_tui.practice.status import Fault, Reason
from clientsync_tui.practice.trouble import OrganisationTrouble, PassingTrouble, Trouble


class ExampleBooks:
    """Example Books, as `Software`; see there."""

    name = "example"
    title = "Example Books"
    organisations_per_sign_in: Literal["many", "one"] = "many"
    organisation_words = ("book", "books")
    disconnecting: Literal["connection", "sign_in", "nowhere"] = "nowhere"
    not_listed = Reason.ACCESS_REMOVED
    addresses = Addresses(
        authorize_url="https://books.example/authorize",
        token_url="https://books.example/token",
        api_url="https://books.example/api",
        revoke_url="https://books.example/revoke",
    )
    grant = Grant(
        scopes={"read": "books and accounts"},
        pkce=False,
        secret="required",
        secret_in="body",
        redirect_at_refresh=True,
        revoke_body="json",
        one_per_person=True,
        unused_life=timedelta(days=30),
    )
    limits = Limits(rates=(Rate(60, 60, "organisation"),), organisation_at_once=5)
    lists: Mapping[str, str] = {"accounts": "Accounts"}
    before_sign_in = ""
    how_to_register = "Register the redirect {redirect} at https://books.example."

    def canonical_id(self, organisation_id: str) -> str:
        return organisation_id

    def headers(self, organisation_id: str | None) -> Mapping[str, str]:
        return {"Accept": "application/json"}

    def own_error(self, answer: Answer) -> bool:
        return isinstance(shapes.under(answer.body, "error"), str)

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        if answer.status == 401 and not answer.renewed:
            return "renew"
        if answer.status == 403 and organisation_id is not None:
            said = shapes.error_text(shapes.under(answer.body, "error"))
            reason = Reason.ORGANISATION_CLOSED if "closed" in said else Reason.ACCESS_REMOVED
            return OrganisationTrouble(reason, "Example Books refuses this book.")
        return PassingTrouble(Fault.NONSENSE, f"Example Books refused a request ({answer.status}).")

    async def person(self, new: NewSignIn) -> Person:
        me = shapes.lower_keys(await new.calls.get("/me"))
        return Person(shapes.an_id(me, "id"), shapes.words(me.get("name")), shapes.words(me.get("email")))

    async def granted(self, new: NewSignIn) -> Organisation | None:
        return None

    async def organisations(self, calls: Calls) -> Sequence[Organisation]:
        rows = shapes.rows(shapes.under(await calls.get("/books"), "books"), "books", "id")
        return [Organisation(row["id"], shapes.words(row.get("name")) or row["id"]) for row in rows]

    async def details(self, calls: Calls, organisation_id: str) -> Details:
        book = shapes.lower_keys(await calls.get(_of(organisation_id), organisation_id=organisation_id))
        found = {key: shapes.words(book.get(key)) for key in ("name", "currency", "tax_number")}
        if not found["name"]:
            raise shapes.nonsense("book")
        return {key: value for key, value in found.items() if value}

    async def pull(self, calls: Calls, organisation_id: str, name: str) -> Sequence[Record]:
        found: dict[str, Record] = {}
        for page in range(1, 1_000):
            answer = await calls.get(
                f"{_of(organisation_id)}/accounts",
                organisation_id=organisation_id,
                parameters={"page": str(page)},
            )
            found.update((line["id"], line) for line in shapes.records(answer, "accounts", "id"))
            if shapes.under(answer, "more") is not True:
                break
        return tuple(found.values())

    async def disconnect(self, calls: Calls, organisation_id: str) -> bool:
        return False

    def link(self, organisation_id: str, details: Details) -> str | None:
        return None


def _of(organisation_id: str) -> str:
    return f"/books/{quote(organisation_id, safe='')}"


SOFTWARE = ExampleBooks()
