"""Starts the command line."""

import gc
import sys


def main() -> None:
    """The `clientsync` command; ends the process with the command's exit status."""
    # Nearly all that a start makes stays: looking through it for rubbish again and again is a tenth of the start.
    gc.set_threshold(200_000)
    from .cli.main import root

    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding cannot show must not end the program.
        if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
            reconfigure(errors="replace")
    root(prog_name="clientsync")


if __name__ == "__main__":
    main()
