"""What the keyring stores for a sign-in, as one text."""

import json
import math
import sys
import time
from typing import Any, NamedTuple, Self, cast


class KeyringEntry(NamedTuple):
    """A sign-in's tokens. `access_token` (None: not shared) works until `access_until`, in seconds since 1970.

    `site`: the adapter's word for where the app is for this sign-in. `consented_at`: in seconds since 1970 (0: not known).
    """

    refresh_token: str
    access_token: str | None = None
    access_until: float = 0.0
    site: str = ""
    consented_at: float = 0.0

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """Parses an entry; None if it contains no refresh token."""
        try:
            value: Any = json.loads(text or "null")
        except (ValueError, RecursionError):
            return None
        fields = cast(dict[str, Any], value) if isinstance(value, dict) else {}
        refresh, access, until = (fields.get(name) for name in cls._fields[:3])
        if not isinstance(refresh, str) or not refresh:
            return None
        if not isinstance(access, str) or not access or not _is_a_time(until):
            access = until = None
        site, consented = fields.get("site", ""), fields.get("consented_at", 0.0)
        return cls(
            refresh,
            access,
            float(until or 0.0),
            site if isinstance(site, str) else "",
            float(consented) if isinstance(consented, int | float) else 0.0,
        )

    def written(self) -> str:
        """The text for the keyring, as short as possible, because the Windows keyring takes only 1,280 characters."""
        default = KeyringEntry("")
        fields = {name: value for name, value in self._asdict().items() if value != getattr(default, name)}
        return json.dumps(fields, separators=(",", ":"))

    def access_left_s(self) -> float:
        """For how many more seconds the shared access token works; 0 if there is none."""
        left_s = self.access_until - time.time() if self.access_token else 0.0
        return left_s if 0 < left_s < math.inf else 0.0


def _is_a_time(value: object) -> bool:
    """Whether a value is a time since 1970 that fits a float: another program may have written 1 with 400 zeros."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < sys.float_info.max
