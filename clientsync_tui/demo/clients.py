"""The demo practice's client list as it grows."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from ..practice.entries import Kind, NewEntry
from ..sync.client_edits import new_client_id
from .businesses import TEAM_OF
from .integrated import Dated, Integrated


class Clients:
    """One client per business, recognised by its name in every app."""

    def __init__(self) -> None:
        self._of_business: dict[str, tuple[str, datetime]] = {}
        self._of_organisation: dict[tuple[str, str], str] = {}
        self._codes: Counter[str] = Counter()

    def of(self, integrated: Integrated) -> str:
        """The id of the client that the organisation belongs to."""
        return self._of_organisation[integrated.where]

    @property
    def ids(self) -> Mapping[str, tuple[str, datetime]]:
        """Each client's id and when it was added, by name."""
        return self._of_business

    def entries(self, integrated: Integrated) -> list[Dated]:
        """The entries that add an organisation, and its client if that is new; never before the client was added."""
        actor, name = integrated.sign_in.person.email, integrated.name
        client, since = self._of_business.get(name, ("", integrated.at))
        new: list[NewEntry] = []
        link: dict[str, object] = {"organisation_name": name, "sign_in": integrated.sign_in.id}
        if client:
            # A client's details follow one of its organisations.
            link |= {"details": {}, "settings": {"follow_details": False}, "linked_by": "name"}
        else:
            link |= {"details": dict(integrated.details)}
            body = {
                "name": name,
                "details": dict(integrated.details),
                "team": TEAM_OF.get(name),
                "practice_code": self._code(name),
            }
            client = new_client_id()
            self._of_business[name] = client, integrated.at
            new.append(NewEntry(Kind.CLIENT_ADDED, actor, client, body=body))
        self._of_organisation[integrated.where] = client
        new.append(integrated.entry(Kind.INTEGRATION_CONNECTED, actor, client, **link))
        return [(max(integrated.at, since), entry) for entry in new]

    def _code(self, name: str) -> str | None:
        """A typical practice code: three letters of the name and a number; None if the name has no such letters."""
        letters = re.sub("[^A-Z]", "", name.upper().removeprefix("THE "))[:3]
        if len(letters) < 3:
            return None
        self._codes[letters] += 1
        return f"{letters}{self._codes[letters]:02}"
