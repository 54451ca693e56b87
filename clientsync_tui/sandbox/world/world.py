"""The sandbox's world: accountants and the organisations they can reach, all derived from one seed.

Nothing is stored: whatever belongs to an organisation is derived from the seed and its place whenever it is needed,
so a world of 100,000 costs no more to start than one of ten, and the same seed gives the same world in every process.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from random import Random
from typing import Literal
from uuid import UUID

from .names import EQUAL, Named, named, shift


@dataclass(frozen=True, slots=True)
class Accountant:
    """A member of the practice. They reach the organisations whose place modulo `of` is one of `parts`."""

    id: str
    given_name: str
    family_name: str
    email: str
    of: int
    parts: frozenset[int]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def reaches(self, index: int) -> bool:
        """Whether they are a user of the organisation at this place."""
        return index % self.of in self.parts


Kind = Literal["company", "sole_trader", "partnership", "charity", "trust"]


@dataclass(frozen=True, slots=True)
class Organisation:
    """A set of books. `currency` is ISO 4217, `country` ISO 3166; `year_end` is (day, month)."""

    id: str
    index: int
    name: str
    legal_name: str
    kind: Kind
    country: str
    currency: str
    tax_number: str | None
    registration_number: str | None
    year_end: tuple[int, int]
    short_code: str
    created_at: datetime
    locked_until: datetime | None
    demo: bool
    contact_name: str
    email: str
    phone: str | None


_CURRENCIES = {
    "GB": "GBP", "NZ": "NZD", "AU": "AUD", "US": "USD", "IE": "EUR", "SG": "SGD", "ZA": "ZAR", "CA": "CAD", "JP": "JPY", "CN": "CNY",
    "AE": "AED", "UA": "UAH", "GR": "EUR", "DE": "EUR", "FR": "EUR", "TH": "THB", "HK": "HKD", "BE": "EUR", "IL": "ILS",
}  # fmt: skip
_YEAR_ENDS = {
    "GB": ((31, 3), (5, 4), (31, 12), (30, 9)),
    "NZ": ((31, 3),),
    "AU": ((30, 6),),
    "ZA": ((28, 2),),
}
_TAX_NUMBERS = {
    "GB": "GB#########", "NZ": "###-###-###", "AU": "## ### ### ###", "US": "##-#######", "IE": "IE#######WA", "SG": "M#########", "ZA": "4#########",
    "CA": "######### RT0001", "DE": "DE#########", "FR": "FR###########", "GR": "EL#########", "BE": "BE0#########",
}  # fmt: skip
_KINDS: tuple[Kind, ...] = ("company",) * 7 + ("sole_trader", "partnership", "charity", "trust")
_KIND_BY_WORD: Mapping[str, Kind] = {
    "Ltd": "company", "Limited": "company", "LLC": "company", "Inc.": "company", "LLP": "partnership",
    "Trust": "trust", "Charity": "charity",
}  # fmt: skip
"""The trade implied by a word in a business's name; other names may be anything."""
_GIVEN = (
    "Amelia",
    "Rāwiri",
    "Priya",
    "Tomás",
    "Grace",
    "Noah",
    "Ingrid",
    "Kwame",
    "Leila",
    "Oscar",
    "Yuki",
    "Fatima",
)
_FAMILY = (
    "Hart",
    "Ngata",
    "Shah",
    "Ferreira",
    "O'Connell",
    "Whitfield",
    "Larsen",
    "Mensah",
    "Haddad",
    "Blythe",
    "Mori",
    "Khan",
)
_PLAIN = str.maketrans("āá", "aa", "'")

# Organisations at multiples of this place exist in every app: someone changed apps, or is just doing so.
SHARED_EVERY = 4
_SHARES = ((1, {0}), (4, {0, 1, 2}), (4, {0, 2, 3}), (3, {0}), (10, {0, 5}))


class World:
    """`organisations` of them in each accounting app, and five accountants who reach overlapping parts; the first reaches
    all.

    `ids`: how an app makes ids, if they are not UUIDs. `lines`: how many lines each long list has; None: realistic.
    `hostile`: some names attack the programs that show them. `businesses`: the names in each app, if given; an equal name is
    the same business in every app.
    """

    def __init__(
        self,
        seed: str,
        organisations: int,
        ids: "Mapping[str, Callable[[World, int], str]] | None" = None,
        lines: int | None = None,
        hostile: bool = False,
        businesses: Mapping[str, Sequence[Named]] | None = None,
    ) -> None:
        self.seed = seed
        self.count = organisations
        self._businesses = businesses or {}
        self.lines = lines
        self._hostile = hostile
        self._is_renamed: Callable[[str, int], bool] = lambda software, index: False
        self._ids = ids or {}
        self.people = _people(seed)
        self._by_email = {person.email: person for person in self.people}
        self._places: dict[str, dict[str, int]] = {}
        self._ids_of: dict[str, Sequence[str]] = {}
        self._organisation = lru_cache(4096)(self._drawn)
        self.named = lru_cache(None)(self._named)
        self._shift = lru_cache(None)(self._drawn_shift)

    def person(self, email: str) -> Accountant | None:
        return self._by_email.get(email.strip().lower())

    def count_of(self, software: str | None = None) -> int:
        """How many organisations there are in the app (None: in one whose businesses are not given)."""
        given = self._businesses.get(software or "")
        return self.count if given is None else len(given)

    def reach(self, person: Accountant, software: str | None = None) -> Sequence[int]:
        """The places of the app's organisations that they are a user of, in order."""
        return [index for index in range(self.count_of(software)) if person.reaches(index)]

    def id_of(self, software: str, index: int) -> str:
        """The organisation's id in the app, drawn from the seed, the app and the place."""
        made = self._ids.get(software)
        return made(self, index) if made else uuid_of(self.seed, software, str(index))

    def ids(self, software: str) -> Sequence[str]:
        """The ids of all organisations in the app, by place; made when first asked for."""
        if software not in self._ids_of:
            self._ids_of[software] = [self.id_of(software, index) for index in range(self.count_of(software))]
        return self._ids_of[software]

    def place_of(self, software: str, organisation_id: str) -> int | None:
        """The place of the organisation with this id, in any case; None if there is none."""
        places = self._places.get(software)
        if places is None:
            places = {organisation.lower(): index for index, organisation in enumerate(self.ids(software))}
            self._places[software] = places
        return places.get(organisation_id.lower())

    def organisation(self, software: str, index: int) -> Organisation:
        """All details of the organisation at this place."""
        return self._organisation(software, index)

    def draw(self, *parts: str) -> Random:
        """Random numbers that are the same whenever they are requested with the same parts."""
        return Random(":".join((self.seed, *parts)))  # noqa: S311 - a world to play in, not a secret

    def _business(self, software: str, index: int) -> str:
        """The key from which an organisation's details are derived: every fourth is one business in all apps."""
        return software if index % SHARED_EVERY else ""

    def rename(self, is_renamed: Callable[[str, int], bool]) -> None:
        """Renames exactly the organisations for which `is_renamed` is true, by app and place."""
        self._is_renamed = is_renamed
        self._organisation.cache_clear()
        self.named.cache_clear()

    def _named(self, software: str, index: int) -> Named:
        name, country = self.first_named(software, index)
        return Named(f"New {name}" if self._is_renamed(software, index) else name, country)

    def first_named(self, software: str, index: int) -> Named:
        """The organisation's original name, whatever it is called now."""
        if given := self._businesses.get(software):
            return given[index]
        place = EQUAL.get(index, index)
        business = self._business(software, place)
        return named(self.draw(business, str(place), "name"), place, self._hostile, self._shift(business))

    def _drawn_shift(self, business: str) -> int:
        return shift(self.draw(business, "names"))

    def _drawn(self, software: str, index: int) -> Organisation:
        name, country = self.named(software, index)
        given = software in self._businesses
        draw = self.draw(
            *((name,) if given else (self._business(software, index), str(index))), "particulars"
        )
        created = datetime(2016, 1, 4, tzinfo=UTC) + timedelta(minutes=draw.randrange(60 * 24 * 365 * 9))
        kind: Kind = draw.choice(_KINDS)
        for word in name.split():
            kind = _KIND_BY_WORD.get(word, kind)
        registered = kind == "company" or draw.random() < 0.3
        tax = _TAX_NUMBERS.get(country, "#########") if draw.random() < 0.85 else None
        legal = name.strip() if draw.random() < 0.8 else f"{name.strip()} (trading)"
        # Derived separately, so that everything else stays the same.
        reached = self.draw(software, str(index), "contact")
        contact = f"{reached.choice(_GIVEN)} {reached.choice(_FAMILY)}"
        return Organisation(
            id=self.id_of(software, index),
            index=index,
            name=name,
            legal_name=legal,
            kind=kind,
            country=country,
            currency=_CURRENCIES[country],
            tax_number=tax and _digits(draw, tax),
            registration_number=_digits(draw, "########") if registered else None,
            year_end=draw.choice(_YEAR_ENDS.get(country, ((31, 12), (31, 3)))),
            short_code="!" + "".join(draw.choices("BCDFGHJKLMNPQRSTVWXYZbcdfghjkmnpqrstvwxyz23456789", k=5)),
            created_at=created,
            locked_until=datetime(2026, draw.choice((3, 6)), 30, tzinfo=UTC) if draw.random() < 0.5 else None,
            demo=index % 50 == 49 and not given,
            contact_name=contact,
            email=f"{contact.split()[0]}@example.com".translate(_PLAIN).lower(),
            phone=_digits(reached, "+44 1632 960###") if reached.random() < 0.85 else None,
        )


def uuid_of(*parts: str) -> str:
    """A UUID that is the same for the same parts in every process."""
    return str(UUID(bytes=_digest(parts), version=4))


def number_of(*parts: str) -> int:
    """A number of 128 bits that is the same for the same parts in every process."""
    return int.from_bytes(_digest(parts))


def _digest(parts: tuple[str, ...]) -> bytes:
    return blake2b("\0".join(parts).encode(), digest_size=16).digest()


def _digits(draw: Random, pattern: str) -> str:
    return "".join(str(draw.randrange(10)) if c == "#" else c for c in pattern)


def _people(seed: str) -> tuple[Accountant, ...]:
    draw = Random(f"{seed}:people")  # noqa: S311
    given, family = draw.sample(_GIVEN, len(_SHARES)), draw.sample(_FAMILY, len(_SHARES))
    return tuple(
        Accountant(
            id=uuid_of(seed, "person", str(place)),
            given_name=first,
            family_name=last,
            email=f"{first}.{last}@example.com".translate(_PLAIN).lower(),
            of=of,
            parts=frozenset(parts),
        )
        for place, (first, last, (of, parts)) in enumerate(zip(given, family, _SHARES, strict=True))
    )
