"""Starts the command line."""

import gc
import os
import sys
import time
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from .terminal.last_frame import Shown


def main() -> None:
    """The `clientsync` command. Ends the process with the command's exit status."""
    # Nearly every object created at start-up stays; collecting garbage among them would take a tenth of the
    # start.
    gc.set_threshold(200_000)
    if os.environ.get("HOME") == "":
        # An empty variable counts as not set, but libraries would take the root folder for the home.
        del os.environ["HOME"]
    from .terminal.last_frame import Shown

    frame = Shown(sys.argv[1:])
    try:
        frame.show()
        _run(frame)
    except KeyboardInterrupt:
        sys.exit(128 + 2)
    finally:
        frame.withdraw()


def _run(frame: "Shown") -> NoReturn:
    from .cli import shell_completion
    from .cli.main import root
    from .host import standard_streams

    if shell_completion.VARIABLE in os.environ:
        shell_completion.quote_in_bash()
    standard_streams.prepare()
    try:
        time.time()
    except OverflowError:
        sys.stderr.write(
            "clientsync: This host's clock is in the year 2262 or later. Set it, then try again.\n"
        )
        sys.exit(2)
    code, trouble = None, None
    try:
        root(prog_name="clientsync", obj=frame)
    except SystemExit as end:
        code = end.code
    except OSError as error:
        # Where click itself printed: help, the version, completions.
        trouble = error
    trouble = standard_streams.flushed() or trouble
    # A reader that stops early, such as `head`, has what it wants.
    if trouble is not None and not code and not isinstance(trouble, BrokenPipeError):
        from .host.full_disk import in_words

        sys.stderr.write(f"clientsync: The output can't be written: {in_words(trouble)}\n")
        code = 1
    sys.exit(code)


if __name__ == "__main__":
    main()
