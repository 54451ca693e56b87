"""Fixes, integrations with one cause, compared with the clients themselves."""

from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind, iso
from clientsync_tui.practice.filter import parse
from clientsync_tui.practice.status import Reason, Status
from clientsync_tui.store.fixes import Cause
from clientsync_tui.store.store import Store
from tests.store.entries import added, connected, of_link, signed_in, store_in
from tests.store.test_store_find import NOW, filled

WRONG = frozenset({Status.EXPIRING, Status.EXPIRED, Status.BROKEN})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return filled(tmp_path_factory.mktemp("fixes"))


@pytest.mark.parametrize(
    "text", ["", "status:expired", "status:broken", "status:expiring", "ash -team:north", "zzz"]
)
def test_fixes_of_a_list_are_its_clients_integrations_by_app_person_and_reason(
    store: Store, text: str
) -> None:
    terms = parse(text)
    clients = store.clients.find(terms, NOW)
    expected: defaultdict[Cause, list[tuple[int, str]]] = defaultdict(list)
    for client in store.clients.by_number(clients, NOW):
        for link in client.integrations:
            if link.standing.status in WRONG and link.standing.reason:
                cause = Cause(link.software, link.integrated_by.id, link.standing.reason)
                expected[cause].append((client.n, link.organisation_id))
    found = store.clients.fixes(clients, WRONG, NOW)
    assert {fix.cause: fix.integrations for fix in found} == {
        cause: len(links) for cause, links in expected.items()
    }
    assert [fix.integrations for fix in found] == sorted((fix.integrations for fix in found), reverse=True)
    for cause, links in expected.items():
        assert sorted(store.clients.with_cause(cause, clients, NOW)) == sorted(links)
        shown = store.clients.find(terms, NOW, cause=cause)
        assert list(shown) == [n for n in clients if n in {client for client, _ in links}]


def test_two_organisations_of_one_app_are_two_integrations_of_one_client(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    ended = signed_in("xero:bob", email="bob@example.com", ends_at=iso(NOW - timedelta(days=1)))
    store.ledger.append(signed_in(), ended, added("c1"), added("c2", "Books & Co"))
    store.ledger.append(
        *(connected("c1", organisation) for organisation in ("o1", "o2")), connected("c2", "o3")
    )
    store.ledger.append(
        *(
            of_link(Kind.FOUND_EXPIRED, c, o, reason="sign_in_refused")
            for c, o in (("c1", "o1"), ("c1", "o2"), ("c2", "o3"))
        )
    )
    store.ledger.append(*(connected("c2", organisation, "xero:bob") for organisation in ("o4", "o5", "o6")))

    def counts(clients: list[int]) -> dict[str, int]:
        return {fix.person.email: fix.integrations for fix in store.clients.fixes(clients, WRONG, NOW)}

    assert counts([1, 2]) == {"ann@example.com": 3, "bob@example.com": 3}
    assert counts([1]) == {"ann@example.com": 2}
    assert counts([2]) == {"ann@example.com": 1, "bob@example.com": 3}
    store.ledger.append(of_link(Kind.FOUND_WORKING, "c1", "o2"))
    assert counts([1]) == {"ann@example.com": 1}
    store.close()


def test_person_has_the_name_of_their_newest_sign_in_and_namesakes_stay_apart(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for n, (who, name) in enumerate((("b1", "Bob Old"), ("b1", "Bob New"), ("b2", "Bob New"))):
        sign_in = f"quickbooks:{who}:o{n}"
        body = signed_in(
            sign_in, name=name, email="bob@example.com", ends_at=iso(NOW - timedelta(days=n + 1))
        )
        body.body["organisation"] = {"id": f"o{n}", "name": ""}  # type: ignore[index]
        store.ledger.append(
            body, added(f"c{n}"), connected(f"c{n}", f"o{n}", sign_in), at=NOW - timedelta(days=9 - n)
        )
    found = store.clients.fixes([1, 2, 3], WRONG, NOW)
    assert [(fix.cause, fix.person.name, fix.integrations, fix.each_own) for fix in found] == [
        (Cause("quickbooks", "b1", Reason.SIGN_IN_LAPSED), "Bob New", 2, True),
        (Cause("quickbooks", "b2", Reason.SIGN_IN_LAPSED), "Bob New", 1, True),
    ]
    first, last = found[0].first_end, found[0].last_end
    assert first and last and last - first == timedelta(days=1)
    assert list(store.clients.find((), NOW, cause=found[1].cause)) == [3]
    store.close()
