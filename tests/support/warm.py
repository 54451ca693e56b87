"""The process that commands are forked from. It has already imported the program, so that none of them has to."""

import atexit
import gc
import importlib
import io
import json
import locale
import os
import pkgutil
import resource
import selectors
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

import clientsync_tui
from clientsync_tui.terminal import capabilities

IMPORTS = ("_strptime", "anyio._backends._asyncio", "h11", "httpcore2", "truststore")
"""Modules that other modules would import later."""
NOT_THE_PROGRAM = ("clientsync_tui.__main__", "clientsync_tui.conformance")
PLAIN_LOCALES = ("", "C", "POSIX", "C.UTF-8")
"""Python treats each of these as C.UTF-8."""


@dataclass(frozen=True)
class Start:
    """How to start a command. Its three standard streams, or the terminal, are sent along."""

    words: list[str]
    folder: str
    environment: dict[str, str]
    umask: int
    limits: list[tuple[int, tuple[int, int]]]
    new_session: bool
    terminal: bool


def serve(control: socket.socket) -> Start | None:
    """Forks a command for each requested start. In the command it returns the start; otherwise it returns when `control`
    ends.
    """
    # A child that ends wakes this process.
    waking, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.signal(signal.SIGCHLD, _do_nothing)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    ends: dict[int, int] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(waking, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in selector.select()]
            if waking in ready:
                waking.recv(4096)
                _tell_ends(ends)
            if control not in ready:
                continue
            if (asked := _receive(control)) is None:
                return None
            start, [end, *streams] = asked
            if (pid := os.fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for descriptor in (end, *ends.values()):
                    os.close(descriptor)
                try:
                    _become(start, streams)
                finally:
                    # Not earlier, because after this the caller may inspect or kill it.
                    control.sendall(os.getpid().to_bytes(8, "big"))
                    for theirs in (control, waking, wakes):
                        theirs.close()
                return start
            for descriptor in streams:
                os.close(descriptor)
            ends[pid] = end


def _do_nothing(_number: int, _frame: object) -> None:
    """Only a signal with a handler wakes a process."""


def _receive(control: socket.socket) -> tuple[Start, list[int]] | None:
    length, descriptors, _, _ = socket.recv_fds(control, 8, 4)
    if not length:
        return None
    left = int.from_bytes(length, "big")
    text = b""
    while len(text) < left:
        text += control.recv(left - len(text))
    return Start(**json.loads(text)), descriptors


def _tell_ends(ends: dict[int, int]) -> None:
    """Reports to the waiting callers how each command has ended."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            end = ends.pop(ended[0])
            with suppress(BrokenPipeError):
                os.write(end, str(os.waitstatus_to_exitcode(ended[1])).encode())
            os.close(end)


def _become(start: Start, streams: list[int]) -> None:
    """What the system and the interpreter do before a program's first line."""
    if start.terminal:
        os.login_tty(streams[0])
    else:
        if start.new_session:
            os.setsid()
        # Do not overwrite a descriptor that is still needed.
        for number, descriptor in enumerate(streams):
            os.dup2(descriptor, number)
        for descriptor in streams:
            os.close(descriptor)
    os.chdir(start.folder)
    os.umask(start.umask)
    for limit, (soft, hard) in start.limits:
        if resource.getrlimit(limit) != (soft, hard):
            resource.setrlimit(limit, (soft, hard))
    was_on_path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ.clear()
    os.environ.update(start.environment)
    plain = _set_locale()
    time.tzset()
    tempfile.tempdir = None
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:] = [start.folder, *paths, *[path for path in sys.path[1:] if path not in was_on_path]]
    importlib.invalidate_caches()
    file = importlib.import_module("clientsync_tui.__main__").__file__
    sys.argv[:] = [str(file), *start.words]
    sys.orig_argv[:] = [sys.executable, "-m", "clientsync_tui", *start.words]
    _open_streams("surrogateescape" if plain else "strict")


def _set_locale() -> bool:
    """Whether it is a plain locale."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or ""
    if named in PLAIN_LOCALES[:3] and not os.environ.get("LC_ALL"):
        os.environ["LC_CTYPE"] = "C.UTF-8"
    with suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, "")
    return named in PLAIN_LOCALES


def _open_streams(errors: str) -> None:
    """Python decides by their type how they are buffered."""

    def text(number: int, mode: str, errors: str) -> Any:
        stream: Any = io.TextIOWrapper(
            open(number, mode + "b", closefd=False),  # noqa: SIM115  (lives as long as the program)
            "utf-8",
            errors,
            newline="\n",
            line_buffering=number == 2 or os.isatty(number),
        )
        stream.mode = mode
        return stream

    sys.stdin = sys.__stdin__ = text(0, "r", errors)
    sys.stdout = sys.__stdout__ = text(1, "w", errors)
    sys.stderr = sys.__stderr__ = text(2, "w", "backslashreplace")


def _run() -> NoReturn:
    """The program, and what the interpreter does at exit, except for tearing down modules."""
    from clientsync_tui.__main__ import main

    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if code and not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        code = 1
    ends: Any = threading
    ends._shutdown()
    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = 120
    os._exit(code & 0xFF)


def _programs_modules() -> list[str]:
    modules = pkgutil.walk_packages(clientsync_tui.__path__, "clientsync_tui.")
    return [module.name for module in modules if not module.name.startswith(NOT_THE_PROGRAM)]


@contextmanager
def _looked_up() -> Generator[set[str]]:
    """Records the names that are looked up in the environment."""
    names: set[str] = set()
    kind: Any = type(os.environ)
    look_up = kind.__getitem__

    def noted(environment: Any, name: str) -> str:
        names.add(name)
        return look_up(environment, name)

    kind.__getitem__ = noted
    try:
        yield names
    finally:
        kind.__getitem__ = look_up


def _refuse_to_set(read: Mapping[str, str | None]) -> None:
    """The program sets some variables before importing what reads them. Here those have already been read, as they are in
    `read`.
    """
    kind: Any = type(os.environ)
    set_item = kind.__setitem__

    def checked(environment: Any, name: str, value: str) -> None:
        if name in read and read[name] != value:
            raise RuntimeError(f"{name} counts only where the program is started from nothing")
        set_item(environment, name, value)

    kind.__setitem__ = checked


if __name__ == "__main__":
    # As the program does for its screens.
    capabilities.prepare()
    with _looked_up() as names:
        for module in (*_programs_modules(), *IMPORTS):
            importlib.import_module(module)
    read = {name: os.environ.get(name) for name in names}
    with socket.socket(fileno=int(sys.argv[1])) as control:
        said = json.dumps(sorted(names)).encode()
        control.sendall(len(said).to_bytes(8, "big") + said)
        # What is shared with every fork is not collected, so that it stays shared.
        gc.collect()
        gc.freeze()
        forked = serve(control)
    if forked is not None:
        _refuse_to_set(read)
        _run()
