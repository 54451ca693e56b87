"""The root of the command line: global options, the commands, and what errors become."""

import errno
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click

from . import options
from .lazy import LazyGroup
from .parameter_types import FileName, use_own_types

if TYPE_CHECKING:
    from ..store.files.sqlite_errors import SqliteError

COMMANDS = {
    "setup": "commands.setup",
    "software": "commands.software",
    "sign-in": "commands.sign_in",
    "sign-out": "commands.sign_out",
    "organisations": "commands.organisations",
    "change": "commands.change",
    "clients": "client_list.clients",
    "client": "client_list.clients",
    "set": "client_list.edit",
    "team": "client_list.team",
    "remove": "client_list.edit",
    "claim": "client_list.claim",
    "release": "client_list.claim",
    "undo": "client_list.undo",
    "settings": "client_list.connection",
    "open": "client_list.connection",
    "lists": "client_list.lists",
    "views": "client_list.views",
    "export": "client_list.export",
    "codes": "client_list.codes",
    "jobs": "commands.jobs",
    "log": "commands.log",
    "practice": "commands.practice",
    "backup": "commands.backup",
    "restore": "commands.backup",
    "doctor": "commands.doctor",
    "passphrase": "commands.passphrase",
    "menu": "menu",
    "config": "commands.config",
    "completion": "commands.completion",
    "sandbox": "commands.sandbox",
}
"""Every command except those of the kinds of work, in the order of `--help`, with the module that defines it."""

FORMER_NAMES = {"softwares": "software"}
"""Names that scripts may still use. `--help` does not list them."""

_DISK_ERRORS = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF))
_OUTPUT = "The output can't be written: "
LONGEST_ARGUMENT = 10_000
"""Maximum length of an argument: nothing that a person would write is longer."""
UNBROKEN = 100_000
"""A width at which no line of help wraps."""


class CommandError(click.ClickException):
    """An error as users see it: one line on stderr."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        # click declares it on the class, and reads it from the instance.
        self.exit_code = exit_code  # pyright: ignore[reportAttributeAccessIssue]

    def show(self, file: Any = None) -> None:
        """Prints the line."""
        click.echo(f"clientsync: {self.message}", file=file, err=file is None)


class Root(LazyGroup):
    """Turns an error into one line and an exit status: 2 for wrong usage, 3 if a sign-in is needed, 4 if the practice's
    database can't be reached, 1 for the rest."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Rejects absurdly long arguments, and doesn't wrap help that goes into a pipe or a file."""
        if any(len(argument) > LONGEST_ARGUMENT for argument in args):
            raise CommandError(
                f"An argument is longer than {LONGEST_ARGUMENT:,} characters. Nothing was changed.", 2
            )
        if sys.stdout is not None and not sys.stdout.isatty():
            extra["terminal_width"] = UNBROKEN
        with _reader_may_stop():
            return super().make_context(info_name, args, parent, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command; those of the kinds of work come after `organisations`."""
        from ..sync.kinds.seam.registry import kinds

        others = super().list_commands(ctx)
        first = others.index("organisations") + 1
        return [*others[:first], *kinds(), *others[first:]]

    def load(self, name: str) -> click.Command | None:
        """The command of that name."""
        found = super().load(name)
        if found is None:
            from .kind_command import kind_command

            found = kind_command(name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        from os import environ

        try:
            with _reader_may_stop():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if environ.get("CLIENTSYNC_DEBUG") == "1":
                raise
            _raise_as_command_error(error)


@contextmanager
def _reader_may_stop() -> Generator[None]:
    """Ends the command without an error once the reader of its output has stopped reading, such as `head`."""
    try:
        yield
    except BrokenPipeError:
        raise click.exceptions.Exit(0) from None


def _raise_as_command_error(error: Exception) -> NoReturn:
    from ..host.full_disk import in_words
    from ..practice.trouble import KeyringTrouble, SignInNeeded, Trouble, Unreachable, UsageError
    from ..store.files.sqlite_errors import SqliteError

    match error:
        case UsageError() | KeyringTrouble():
            raise CommandError(str(error), 2) from None
        case SignInNeeded():
            raise CommandError(str(error), 3) from None
        case Unreachable():
            raise CommandError(str(error), 4) from None
        case Trouble():
            raise CommandError(str(error), 1) from None
        case OSError():
            subject = (
                f"{error.filename}: " if error.filename else _OUTPUT if error.errno in _DISK_ERRORS else ""
            )
            raise CommandError(f"{subject}{in_words(error)}", 1) from None
        case SqliteError() if (message := _unreadable(error)) is not None:
            raise CommandError(message, 1) from None
        case _:
            from .. import logbook

            raise CommandError(logbook.says(error), 1) from None


def _unreadable(error: "SqliteError") -> str | None:
    """Why the practice's file can't be read; None if the error is a bug in the program."""
    from ..config.reading import load
    from ..store.files.sqlite_errors import is_of_the_disk, why
    from .context import config_file

    if not is_of_the_disk(error):
        return None
    database = load(config_file()).database
    return f"The practice's database {database} can't be read: {why(error, database)}"


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from .. import version

        click.echo(f"clientsync {version()}")
        ctx.exit()


@click.group(
    cls=Root,
    modules=COMMANDS,
    former_names=FORMER_NAMES,
    invoke_without_command=True,
    context_settings={"max_content_width": 100},
    epilog=options.examples(
        "clientsync --sandbox",
        "clientsync setup xero",
        "clientsync sign-in xero",
        "clientsync add xero --all --dry-run",
        "clientsync reconnect xero --all",
        "clientsync clients --status expired --json",
        "clientsync reconnect --help",
    ),
)
@click.option(
    "--config",
    metavar="FILE",
    type=FileName(),
    help="Use this configuration file instead of the usual one.",
)
@click.option(
    "--sandbox", "throwaway", is_flag=True, help="Use a demo practice on a local sandbox. Nothing is saved."
)
@click.option(
    "--software",
    "softwares",
    metavar="NAME",
    multiple=True,
    help="Only this accounting app in the demo practice. May be given several times.",
)
@click.option(
    "--serve",
    is_flag=True,
    help="Open the app in a browser on this machine, through a link with a token. Stop it with ctrl+c.",
)
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port for --serve (0: any free port).",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
)
@click.pass_context
def root(
    ctx: click.Context,
    config: str | None,
    throwaway: bool,
    softwares: tuple[str, ...],
    serve: bool,
    port: int,
) -> None:
    """Connect all of a practice's clients to their accounting apps. Without a command, open the full-screen app.

    Exit status: 0 done, 1 some items failed, 2 wrong usage or configuration, 3 a sign-in is needed,
    4 the practice's database can't be reached.
    """
    if ctx.invoked_subcommand is None and not serve:
        _require_full_screen_terminal()
    if softwares and not throwaway:
        raise click.UsageError("--software chooses the accounting apps of the demo practice: add --sandbox.")
    if throwaway:
        _start_sandbox(ctx, _played(softwares), app=ctx.invoked_subcommand is None and not serve)
    if ctx.invoked_subcommand is None:
        _serve_app(port) if serve else _open_app(ctx)
    elif serve or port:
        raise click.UsageError("--serve and --port open the app: leave out the command.")


# Every other command gets them when it is loaded.
use_own_types(root)


def _played(softwares: Sequence[str]) -> Sequence[str]:
    """The accounting apps, if the sandbox can simulate them. Raises UsageError for one that it can't."""
    from ..sandbox.registry import personalities

    if softwares and (unknown := [name for name in softwares if name not in personalities()]):
        raise click.UsageError(
            f"The sandbox does not play {', '.join(unknown)}. It plays {', '.join(personalities())}."
        )
    return softwares


def _start_sandbox(ctx: click.Context, softwares: Sequence[str], *, app: bool) -> None:
    """Makes the demo practice and shows the progress. `app`: the full-screen app comes next, so it is imported meanwhile."""
    from ..demo.throwaway import throwaway_practice
    from .progress import changing_line

    click.echo("Demo practice on a local sandbox. Nothing is saved.", err=True)
    if app:
        from importlib import import_module
        from os import environ
        from threading import Thread

        from ..terminal import capabilities

        capabilities.prepare(environ)
        Thread(target=import_module, args=("clientsync_tui.app.run",), daemon=True).start()
    with changing_line() as say:
        ctx.params["config"] = ctx.with_resource(throwaway_practice(say, softwares))


def _require_full_screen_terminal() -> None:
    from os import environ

    from ..host.on_posix import module

    if environ.get("TEXTUAL_DRIVER"):
        # With --serve, Textual draws in a browser instead of a terminal.
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError(
            "The app needs a terminal. `clientsync --help` lists commands that work without one."
        )
    # Windows's console has no TERM.
    silent = ("", "dumb") if module("termios") else ("dumb",)
    if environ.get("TERM", "") in silent:
        raise click.UsageError(
            "This terminal can't move its cursor (see TERM). Use `clientsync menu`, which works line by line."
        )


def _serve_app(port: int) -> None:
    from ..serve import serve
    from .context import config_file

    serve(config_file(), port, click.echo)


def _open_app(ctx: click.Context) -> None:
    from os import environ

    from ..terminal import capabilities
    from ..terminal.last_frame import Shown

    frame = ctx.ensure_object(Shown)
    capabilities.prepare(environ)
    try:
        # The terminal can answer while the app is imported.
        with capabilities.AskedBackground(environ) as background:
            from ..app.run import run
            from .context import open_workplace

            workplace = ctx.with_resource(open_workplace())
            code = run(workplace, background, None if ctx.params["throwaway"] else frame)
    finally:
        frame.withdraw()
    ctx.exit(code)
