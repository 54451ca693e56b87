"""What every accounting app's adapter and personality must be able to do: one suite, including for those in other packages.

A test module of any package runs it, with pytest, for the apps it names::

    from clientsync_tui.conformance import *  # noqa: F403

    SOFTWARES = ["mybooks"]

The adapter is found in the entry-point group `clientsync.softwares`, the personality in `clientsync.personalities`. The program runs as it
is, with real HTTP to a sandbox on the loopback. `docs/adding-a-software.md` says what the suite asks for.
"""

import pytest

pytest.register_assert_rewrite(
    *(
        f"{__name__}.{part}"
        for part in (
            "signing_in",
            "device",
            "reading",
            "refusals",
            "lasting",
            "nonsense",
            "odd",
            "foreign",
            "rows",
        )
    )
)

from .device import *  # noqa: E402, F403
from .foreign import *  # noqa: E402, F403
from .lasting import *  # noqa: E402, F403
from .nonsense import *  # noqa: E402, F403
from .odd import *  # noqa: E402, F403
from .parameters import pytest_generate_tests as pytest_generate_tests  # noqa: E402
from .reading import *  # noqa: E402, F403
from .refusals import *  # noqa: E402, F403
from .rows import *  # noqa: E402, F403
from .signing_in import *  # noqa: E402, F403
from .stand import stand as stand  # noqa: E402
from .stand import stands as stands  # noqa: E402

__all__ = [name for name in globals() if name.startswith("test_")] + [  # pyright: ignore[reportUnsupportedDunderAll]
    "pytest_generate_tests",
    "stand",
    "stands",
]
