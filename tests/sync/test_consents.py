from datetime import UTC, datetime

import pytest

from clientsync_tui.practice.people import Person, SignIn, sign_in_id
from clientsync_tui.sync.reach.consents import Arrived, Consents, Expected, what_came, what_to_choose
from tests.sync.books import ANN, BEN, Books

BOOKS = Books("ledgers", one=True)
RUN = [
    Expected(each, f"Company {each}", sign_in_id("ledgers", ANN.id, each)) for each in ("1", "2", "3", "4")
]


def by(person: Person, company: str) -> SignIn:
    own = sign_in_id("ledgers", person.id, company)
    return SignIn(own, "ledgers", person, datetime.now(UTC), None, company, f"Company {company}")


def test_consents_are_given_one_after_the_other():
    run = Consents(RUN)
    for number, each in enumerate(RUN):
        assert run.next == each and run.left == 4 - number and run.goes_on
        assert run.arrived(by(ANN, each.organisation_id)) is Arrived.NEXT
    assert run.next is None and not run.goes_on
    assert [each.organisation_id for each in run.done] == ["1", "2", "3", "4"]


def test_consents_may_come_in_any_order_and_unreachable_companies_do_not_block():
    run = Consents(RUN)
    assert run.arrived(by(ANN, "3")) is Arrived.ANOTHER
    assert run.next == RUN[1]
    assert run.arrived(by(ANN, "2")) is Arrived.NEXT
    assert run.next == RUN[3]
    assert run.arrived(by(ANN, "1")) is Arrived.ANOTHER
    assert run.arrived(by(ANN, "4")) is Arrived.NEXT
    assert not run.goes_on


def test_unexpected_repeated_or_foreign_consent_changes_nothing():
    run = Consents(RUN, [by(ANN, "8").id])
    assert run.arrived(by(ANN, "9")) is Arrived.NOT_ASKED_FOR
    assert run.arrived(by(ANN, "9")) is Arrived.AGAIN
    assert run.arrived(by(ANN, "8")) is Arrived.AGAIN
    assert run.arrived(by(BEN, "1")) is Arrived.WRONG_PERSON
    assert run.arrived(by(BEN, "1")) is Arrived.WRONG_PERSON
    assert run.arrived(by(BEN, "7")) is Arrived.NOT_ASKED_FOR
    assert (run.next, run.left, run.done) == (RUN[0], 4, [])
    assert run.arrived(by(ANN, "1")) is Arrived.NEXT
    assert run.arrived(by(ANN, "1")) is Arrived.AGAIN


def test_each_consent_may_come_from_another_person_if_any_will_do():
    run = Consents([Expected("1", "One"), Expected("2", "Two")])
    assert run.arrived(by(BEN, "1")) is Arrived.NEXT
    assert run.arrived(by(ANN, "2")) is Arrived.NEXT
    assert not run.goes_on


def test_consent_that_is_renewed_counts_where_it_is_expected():
    """It was refused, so it is not among the held ones."""
    run = Consents(RUN[:1], [RUN[0].sign_in or ""])
    assert run.arrived(by(ANN, "1")) is Arrived.NEXT


def test_consent_that_works_is_not_asked_for_again():
    run = Consents(RUN, [RUN[1].sign_in or "", RUN[2].sign_in or ""])
    assert (run.left, run.next) == (2, RUN[0])
    assert what_to_choose(BOOKS, run).startswith("0 of 2 ")


def test_adding_accepts_every_consent_and_has_no_end():
    run = Consents((), [by(ANN, "1").id], welcome=True)
    assert run.arrived(by(ANN, "1")) is Arrived.AGAIN
    assert run.arrived(by(ANN, "2")) is Arrived.NEXT
    assert run.goes_on and run.next is None and len(run.done) == 1


@pytest.mark.parametrize("arrived", Arrived)
def test_every_consent_is_reported_with_the_companys_name(arrived: Arrived):
    assert "Company 1" in what_came(BOOKS, arrived, by(ANN, "1"))


def test_progress_and_next_company_are_shown():
    run = Consents(RUN)
    run.arrived(by(ANN, "1"))
    assert what_to_choose(BOOKS, run).startswith("1 of 4 companies done. Choose Company 2 on Ledgers' page")
    run = Consents((), welcome=True)
    assert what_to_choose(BOOKS, run) == "Choose a company on Ledgers' page."
    run.arrived(by(ANN, "1"))
    assert what_to_choose(BOOKS, run) == "1 company so far. Choose the next company on Ledgers' page."
