"""Finds out whether an organisation belongs to a client on the list, so that no client is added twice."""

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...practice.model import Client, Details, Organisation
from ...practice.status import Reason
from ...practice.text import code_key, folded

ALIKE = 0.6
"""Names at least this similar are suggested as a match, for a person to decide."""


@dataclass(frozen=True, slots=True)
class Match:
    """A client that an organisation may belong to. `by`: "name", "practice code" or "tax number"."""

    client: Client
    by: str


def tax_number(text: str | None) -> str:
    """A tax number for comparison: letters and digits only."""
    return "".join(c for c in (text or "").casefold() if c.isalnum())


class Matcher:
    """Among clients without an active integration with an app, finds the one an organisation belongs to."""

    def __init__(self, clients: Iterable[Client], software: str) -> None:
        self._by_name: dict[str, list[Client]] = {}
        self._by_code: dict[str, Client] = {}
        self._by_tax: dict[str, list[Client]] = {}
        for client in clients:
            if any(
                i.software == software and i.problem is not Reason.DISCONNECTED_HERE
                for i in client.integrations
            ):
                continue
            self._by_name.setdefault(folded(client.name), []).append(client)
            if code := code_key(client.practice_code):
                self._by_code[code] = client
            if number := tax_number(client.details.get("tax_number")):
                self._by_tax.setdefault(number, []).append(client)

    def match(self, name: str, details: Details) -> Match | None:
        """The one client that matches. None if none does, or if several do and a person has to choose."""
        for found, by in (
            (self._by_tax.get(tax_number(details.get("tax_number"))), "tax number"),
            (self._by_name.get(folded(name)), "name"),
        ):
            if found and len(found) == 1:
                return Match(found[0], by)
        codes = [
            self._by_code[word]
            for word in folded(name).replace("(", " ").replace(")", " ").split()
            if word in self._by_code
        ]
        return Match(codes[0], "practice code") if len(codes) == 1 else None

    def matches(self, organisations: Sequence[Organisation]) -> Mapping[str, Match]:
        """The match of each organisation, by id. If two organisations match the same client, neither gets it."""
        found = {o.id: match for o in organisations if (match := self.match(o.name, o.details))}
        often = Counter(match.client.id for match in found.values())
        return {organisation: match for organisation, match in found.items() if often[match.client.id] == 1}


def best(client: Client, organisations: Iterable[Organisation]) -> Organisation | None:
    """The organisation most likely to be the client's: by tax number, by name, else by the most similar name; None
    if there is none.
    """
    candidates = list(organisations)
    if number := tax_number(client.details.get("tax_number")):
        for organisation in candidates:
            if tax_number(organisation.details.get("tax_number")) == number:
                return organisation
    by_name = {folded(organisation.name): organisation for organisation in candidates}
    former = [link.organisation_name for link in client.integrations]
    for name in map(folded, (client.name, *former)):
        if near := difflib.get_close_matches(name, by_name, 1, ALIKE):
            return by_name[near[0]]
    return None


def same_organisation(before: Details, after: Details) -> bool:
    """Whether details pulled under an integration's organisation id can still belong to the organisation it had.

    An organisation may be renamed, get a tax number or (rarely) change it. If both name and tax number differ, or the currency and
    one of them, it is another set of books and must not be bound. If the app gives organisations a number, that number decides.
    """

    def differs(name: str) -> bool:
        old, new = before.get(name), after.get(name)
        compared = tax_number if name == "tax_number" else folded
        return bool(old and new and compared(old) != compared(new))

    if differs("number_there"):
        return False
    different = [
        differs("name"),
        differs("tax_number"),
        differs("currency"),
    ]
    return sum(different) < 2
