"""The small pure parts of the client list: completion, sort orders, saved columns, dates and numbers."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind
from clientsync_tui.practice.filter import Term, parse
from clientsync_tui.practice.status import Status
from clientsync_tui.screens.clients.columns import next_sort, read, read_former, usual, widened, written
from clientsync_tui.screens.clients.complete import complete
from clientsync_tui.screens.clients.found import empty_words
from clientsync_tui.screens.titles import title
from clientsync_tui.sync import locale_words
from clientsync_tui.sync.fix_words import Step, lines
from clientsync_tui.sync.reach.last_reach import of_fixes
from tests.store import entries
from tests.support.clients import workplace_in

VALUES = {
    "status": ("connected", "expiring", "expired"),
    "team": ("North", "North West", "none"),
    "by": ("you", "zoë@example.com"),
}


@pytest.mark.parametrize(
    ("text", "offered", "becomes"),
    [
        ("te", ["team:"], "team:"),
        ("-te", ["team:"], "-team:"),
        ("bake team:north", ["North West"], 'bake team:"North West" '),
        ('team:"north w', ["North West"], 'team:"North West" '),
        ("-status:exp", ["expiring", "expired"], "-status:expiring "),
        ("by:zoe", ["zoë@example.com"], "by:zoë@example.com "),
        ("yo", ["by:you"], "by:you "),
        ("exp", ["status:expiring", "status:expired"], "status:expiring "),
    ],
)
def test_completions_of_a_word(text: str, offered: list[str], becomes: str) -> None:
    found = complete(text, len(text), VALUES)
    assert [each.shown for each in found] == offered
    assert (found[0].text, found[0].cursor) == (becomes, len(becomes))
    if not becomes.endswith(":"):
        assert parse(becomes)[-1].field


def test_only_the_word_before_the_cursor_is_completed_if_anything_fits() -> None:
    assert complete("te bakery", 2, VALUES)[0].text == "team:bakery"
    assert complete("bakery", 6, VALUES) == []
    assert complete("team:none", 9, VALUES) == []
    assert parse('team:"North West"') == (Term("team", "north west"),)


def test_sorting_by_one_column_again_reverses_it_and_others_can_be_added() -> None:
    assert next_sort((("name", False),), "team", add=False) == (("team", False),)
    assert next_sort((("team", False),), "team", add=False) == (("team", True),)
    assert next_sort((("team", True),), "name", add=True) == (("team", True), ("name", False))
    assert next_sort((("team", True), ("name", False)), "team", add=True) == (
        ("team", False),
        ("name", False),
    )


@pytest.mark.parametrize(
    "kept", [None, "", "[]", "{}", "nonsense", '[["code", 9]]', '[["name", "wide"]]', "3"]
)
def test_columns_that_cannot_be_read_are_the_usual_ones(kept: str | None) -> None:
    assert read(kept) == usual()


def test_saved_columns_are_restored() -> None:
    columns = (widened(usual()[1], 31), usual()[0])
    assert read(written(columns)) == columns


def test_columns_of_release_0_3_keep_their_order_and_take_the_width_of_their_texts() -> None:
    assert [(column.key, column.chosen) for column in read_former([["name", 24], ["by", 31]])] == [
        ("name", False),
        ("by", False),
    ]
    assert read_former([3]) == usual()


@pytest.mark.parametrize(
    ("month_first", "this_year", "another"), [(False, "4 Nov", "4 Nov 2019"), (True, "Nov 4", "Nov 4, 2019")]
)
def test_dates_are_short(
    monkeypatch: pytest.MonkeyPatch, month_first: bool, this_year: str, another: str
) -> None:
    monkeypatch.setattr(locale_words, "_month_first", lambda: month_first)
    now = datetime(2024, 12, 1, 12, tzinfo=UTC)
    assert locale_words.short_date(datetime(2024, 11, 4, 12, tzinfo=UTC), now) == this_year
    assert locale_words.short_date(datetime(2019, 11, 4, 12, tzinfo=UTC), now) == another
    assert locale_words.short_date(None, now) == ""


def test_numbers_have_the_locales_separator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locale_words, "_separator", lambda: ".")
    assert locale_words.counted(1204, "client") == "1.204 clients"
    assert locale_words.counted(1, "client") == "1 client"


def test_fix_counts_the_consents_that_are_yet_to_be_given(tmp_path: Path) -> None:
    workplace, now = workplace_in(tmp_path), datetime.now(UTC)
    store = workplace.store
    for company in ("o1", "o2", "o3"):
        for person in ("bob", "ann"):
            consent = entries.signed_in(f"quickbooks:{person}:{company}")
            consent.body["organisation"] = {"id": company, "name": ""}  # type: ignore[index]
            store.ledger.append(consent)
        store.ledger.append(
            entries.added(f"c{company}"),
            entries.connected(f"c{company}", company, f"quickbooks:bob:{company}"),
            entries.of_link(
                Kind.FOUND_EXPIRED, f"c{company}", company, "quickbooks", reason="sign_in_refused"
            ),
        )

    def offers() -> str:
        (fix,) = store.clients.fixes(store.clients.find((), now), {Status.EXPIRED}, now)
        return lines(partial(title, workplace), [fix], workplace.held(), now)[0].does

    assert offers() == "Start 3 consents"
    for company, expected in (("o1", "Start 2 consents"), ("o2", "Start 1 consent"), ("o3", "Reconnect")):
        store.sign_ins.hold(f"quickbooks:ann:{company}", workplace.holder)
        assert offers() == expected
    workplace.close()


@pytest.mark.parametrize(
    ("signed_in", "person", "offers"),
    [("ann", "ann", "Sign in again"), ("bob", "ann", "Reconnect"), (None, "ann", "Sign in and reconnect")],
)
def test_sign_in_of_your_own_is_used_where_a_colleagues_lacks_a_permission(
    tmp_path: Path, signed_in: str | None, person: str, offers: str
) -> None:
    workplace = workplace_in(tmp_path)
    store, now = workplace.store, datetime.now(UTC)
    store.ledger.append(
        *(entries.signed_in(f"xero:{name}") for name in ("ann", "bob")),
        entries.added("c1"),
        entries.connected("c1", "o1", f"xero:{person}"),
        entries.of_link(Kind.FOUND_BROKEN, "c1", "o1", "xero", reason="permission_missing"),
    )
    if signed_in:
        store.sign_ins.hold(f"xero:{signed_in}", workplace.holder)
    (fix,) = store.clients.fixes(store.clients.find((), now), {Status.BROKEN}, now)
    assert lines(partial(title, workplace), [fix], workplace.held(), now)[0].does == offers
    workplace.close()


@pytest.mark.parametrize(
    ("reason", "person", "reaches", "offers"),
    [
        ("sign_in_refused", "bob", [], (Step.SIGN_IN_AGAIN, "Sign in and reconnect")),
        ("sign_in_refused", "bob", ["o1"], (Step.RECONNECT, "Reconnect")),
        ("access_removed", "ann", [], (Step.RECONNECT, "Ask for access, then reconnect")),
        ("access_removed", "ann", ["o1"], (Step.RECONNECT, "Reconnect")),
    ],
)
def test_fix_is_one_that_the_last_reach_allows(
    tmp_path: Path, reason: str, person: str, reaches: list[str], offers: tuple[Step, str]
) -> None:
    workplace = workplace_in(tmp_path)
    store, now = workplace.store, datetime.now(UTC)
    kind = Kind.FOUND_EXPIRED if reason == "sign_in_refused" else Kind.FOUND_BROKEN
    store.ledger.append(
        *(entries.signed_in(f"xero:{name}") for name in ("ann", "bob")),
        entries.added("c1"),
        entries.connected("c1", "o1", f"xero:{person}"),
        entries.of_link(kind, "c1", "o1", "xero", reason=reason),
    )
    store.sign_ins.hold("xero:bob", workplace.holder)
    store.sign_ins.refused("xero:bob")
    store.sign_ins.hold("xero:ann", workplace.holder)
    store.sign_ins.note_reach("xero:ann", reaches)
    clients, statuses = store.clients.find((), now), {Status.BROKEN, Status.EXPIRED}
    fixes, held = store.clients.fixes(clients, statuses, now), workplace.held()
    reached = of_fixes(store, fixes, clients, held, now)
    (line,) = lines(partial(title, workplace), fixes, held, now, reached)
    assert (line.step, line.does) == offers
    # What was found since then counts more than an older reach of the same sign-in.
    store.ledger.append(entries.of_link(kind, "c1", "o1", "xero", reason=reason))
    assert bool(of_fixes(store, fixes, clients, held, now)) is (reason == "sign_in_refused")
    workplace.close()


def test_empty_list_says_what_shows_clients_again() -> None:
    assert "Client Sync" in empty_words(0, narrowed=True)
    assert "clear the filter" in empty_words(7, narrowed=True)
    assert "filter" not in empty_words(7, narrowed=False)
