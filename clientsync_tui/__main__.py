"""Starts the command line."""

import gc
import os
import sys


def main() -> None:
    """The `clientsync` command; ends the process with the command's exit status."""
    # Nearly all that a start makes stays: looking through it for rubbish again and again is a tenth of the start.
    gc.set_threshold(200_000)
    from .cli import completing
    from .cli.main import root

    if completing.VARIABLE in os.environ:
        completing.quote_in_bash()
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding cannot show must not end the program.
        if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
            reconfigure(errors="replace")
    root(prog_name="clientsync")


if __name__ == "__main__":
    main()
