"""How one person likes the client list: sort, columns, recent filters, saved views. Colleagues who share the
practice have their own.
"""

import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from ..config.folders import data_folder
from ..host.file_permissions import make_folder
from ..practice.trouble import UsageError
from ..store.store import Store

MOST_BYTES = 1 << 20


class Preferences:
    """A JSON file in the person's own folder, one per practice. If it can't be saved, the preferences last until
    the window closes.
    """

    def __init__(
        self, store: Store, folder: Callable[[], Path] = data_folder, name: str = "preferences"
    ) -> None:
        """`folder`: returns the person's folder. It is called only when needed, because it may raise UsageError.
        `name`: of the file.
        """
        self._store = store
        self._name = name
        self._folder = folder
        self._unsaved: dict[str, Any] = {}

    def get(self, key: str, otherwise: Any) -> Any:
        """A saved value; `otherwise` if there is none of that type."""
        saved = self._read()
        value = saved[key] if key in saved else self._former(key)
        return value if isinstance(value, type(otherwise)) else otherwise

    def save(self, key: str, value: Any) -> None:
        """Saves a value for the next start. Values that another window of the same person has saved meanwhile stay."""
        self._unsaved[key] = value
        with suppress(OSError, UsageError):
            self._write({**self._read(), key: value})
            del self._unsaved[key]

    @property
    def is_saved(self) -> bool:
        """Whether everything has reached the file."""
        return not self._unsaved

    @property
    def views(self) -> dict[str, str]:
        """The saved views: filters by name."""
        views = cast("dict[str, object]", self.get("views", {}))
        return {name: text for name, text in sorted(views.items()) if isinstance(text, str)}

    def view(self, name: str) -> str:
        """The filter of a saved view, ignoring case in its name. Raises UsageError if there is none."""
        for view, text in self.views.items():
            if view.casefold() == name.casefold():
                return text
        raise UsageError(f'There is no view "{name}". `clientsync views` lists yours.')

    def save_view(self, name: str, filter_text: str) -> None:
        """Saves a filter under a name. It replaces a view whose name differs only in case."""
        others = {n: text for n, text in self.views.items() if n.casefold() != name.casefold()}
        self.save("views", {**others, name: filter_text})

    def delete_view(self, name: str) -> None:
        """Deletes a saved view."""
        self.save("views", {n: text for n, text in self.views.items() if n.casefold() != name.casefold()})

    @property
    def path(self) -> Path:
        """The file. Raises UsageError if this person has no folder."""
        # The id comes from a file that colleagues can write, so it must not lead out of the folder.
        practice = "".join(filter(str.isalnum, self._store.practice_id))[:32]
        return self._folder() / f"{self._name}-{practice}.json"

    def _read(self) -> dict[str, Any]:
        saved: object = None
        with suppress(OSError, UsageError, ValueError, RecursionError), self.path.open("rb") as file:
            saved = json.loads(file.read(MOST_BYTES))
        return {**cast("dict[str, Any]", saved if isinstance(saved, dict) else {}), **self._unsaved}

    def _write(self, values: dict[str, Any]) -> None:
        path = self.path
        make_folder(path.parent)
        new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(values, file, ensure_ascii=False, indent=1)
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise

    def _former(self, key: str) -> Any:
        """What release 0.2 saved in the practice's file, where the last colleague's choice won."""
        if key == "views":
            return self._store.former_views()
        with suppress(ValueError, RecursionError):
            return json.loads(self._store.meta(key) or "null")
        return None
