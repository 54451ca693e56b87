"""`clientsync` as a separate process that starts in 20 ms: forked from one that has already imported the program
(`tests/support/warm.py`).
"""

import atexit
import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from tests.support.warm import PLAIN_LOCALES, Start

ROOT = Path(__file__).parents[2]
SET_IN_THE_CHILD = {
    "HOME",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_MESSAGES",
    "TEMP",
    "TMP",
    "TMPDIR",
    "PYTHONPATH",
}
"""Variables that are looked up while the program is imported, but whose values don't matter."""
READ_BY_C = re.compile("PYTHON[A-Z]|OPENSSL_")
"""Prefixes of variables that the interpreter and its libraries read at their start."""
ELSEWHERE = re.compile("LC_|SSH_")
"""Prefixes of variables to keep from the process that is forked, whatever they are where the tests run."""
ENVIRONMENT = dict(os.environ)
"""The environment before any test changed it."""
LIMITS = sorted({value for name, value in vars(resource).items() if name.startswith("RLIMIT_")})


def _readable(fd: int, seconds: float | None) -> bool:
    """Whether something can be read within this time; None: wait forever. Doesn't use `select`, which supports no
    descriptor above 1,023.
    """
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


class Process:
    """Like `subprocess.Popen(..., text=True)`."""

    def __init__(
        self,
        words: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: int = subprocess.DEVNULL,
        stdout: int | None = None,
        stderr: int | None = None,
        start_new_session: bool = False,
        terminal: bool = False,
    ) -> None:
        """`words`: the arguments of `clientsync`. `terminal`: `stdin` is one, and becomes its controlling terminal and all
        its streams.
        """
        self.returncode: int | None = None
        self.stdin: IO[str] | None = None
        self.stdout: IO[str] | None = None
        self.stderr: IO[str] | None = None
        self._lock = threading.Lock()
        self._end, end = os.pipe()
        ours: list[int] = [end]
        try:
            if stdin == subprocess.PIPE:
                stdin, mine = os.pipe()
                self.stdin = os.fdopen(mine, "w", buffering=1)
                ours.append(stdin)
            elif stdin == subprocess.DEVNULL:
                stdin = os.open(os.devnull, os.O_RDONLY)
                ours.append(stdin)
            streams = [stdin]
            for name, number, given in () if terminal else (("stdout", 1, stdout), ("stderr", 2, stderr)):
                descriptor = number if given is None else given
                if given == subprocess.PIPE:
                    mine, descriptor = os.pipe()
                    setattr(self, name, os.fdopen(mine))
                    ours.append(descriptor)
                elif given == subprocess.DEVNULL:
                    descriptor = os.open(os.devnull, os.O_WRONLY)
                    ours.append(descriptor)
                elif given == subprocess.STDOUT:
                    descriptor = streams[1]
                streams.append(descriptor)
            start = Start(
                words=list(words),
                folder=str(cwd or Path.cwd()),
                environment=dict(os.environ if env is None else env),
                umask=_umask(),
                limits=[(limit, resource.getrlimit(limit)) for limit in LIMITS],
                new_session=start_new_session,
                terminal=terminal,
            )
            self.pid = _warm().fork(start, [end, *streams])
        finally:
            for descriptor in ours:
                os.close(descriptor)

    def poll(self) -> int | None:
        return self._ended_within(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended_within(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(["clientsync"], timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def communicate(self, text: str | bytes = "", timeout: float | None = None) -> tuple[str, str]:
        """Sends the text and reads everything that it prints."""
        until = None if timeout is None else time.monotonic() + timeout
        read: dict[str, str] = {"stdout": "", "stderr": ""}

        def reads(name: str, stream: IO[str]) -> None:
            with stream:
                read[name] = stream.read()

        def writes(stream: Any) -> None:
            try:
                with stream:
                    stream.buffer.write(text.encode() if isinstance(text, str) else text)
            except BrokenPipeError:
                # It no longer reads.
                return

        tasks = [
            threading.Thread(target=reads, args=(name, stream), daemon=True)
            for name, stream in (("stdout", self.stdout), ("stderr", self.stderr))
            if stream is not None and not stream.closed
        ]
        if self.stdin is not None and not self.stdin.closed:
            tasks.append(threading.Thread(target=writes, args=(self.stdin,), daemon=True))
        for task in tasks:
            task.start()
        for task in tasks:
            task.join(None if until is None else max(0, until - time.monotonic()))
        self.wait(None if until is None else max(0, until - time.monotonic()))
        return read["stdout"], read["stderr"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self.stdout, self.stderr, self.stdin):
            if stream is not None:
                stream.close()
        self.wait()

    def _ended_within(self, seconds: float | None) -> int | None:
        with self._lock:
            if self.returncode is None and _readable(self._end, seconds):
                said = os.read(self._end, 16)
                os.close(self._end)
                if not said:
                    raise RuntimeError("the process that commands are forked from ended")
                self.returncode = int(said)
            return self.returncode


def run(
    words: Sequence[str], *, text: str | bytes = "", timeout: float = 60, **where: Any
) -> "subprocess.CompletedProcess[str]":
    """Like `subprocess.run(..., input=text, capture_output=True, text=True)`."""
    process = Process(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **where)
    try:
        out, err = process.communicate(text, timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return subprocess.CompletedProcess(list(words), process.wait(), out, err)


class _Warm:
    """The process that they are forked from. It ends with this one."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        environment = {name: value for name, value in ENVIRONMENT.items() if not ELSEWHERE.match(name)}
        environment |= {"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm", str(theirs.fileno())],
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            # A command without a terminal must not find one, even if the tests run on one.
            start_new_session=True,
        )
        theirs.close()
        self._lock = threading.Lock()
        length = int.from_bytes(self._received(8), "big")
        names = {*json.loads(self._received(length))} - SET_IN_THE_CHILD
        self._environment = environment
        self._names = names
        atexit.register(self.end)

    def fork(self, start: Start, descriptors: list[int]) -> int:
        """The new process's id."""
        self._assert_right(start.environment)
        text = json.dumps(asdict(start)).encode()
        with self._lock:
            socket.send_fds(self._control, [len(text).to_bytes(8, "big")], descriptors)
            self._control.sendall(text)
            return int.from_bytes(self._received(8), "big")

    def end(self) -> None:
        self._control.close()
        self._process.wait()

    def _assert_right(self, environment: Mapping[str, str]) -> None:
        """What was read before the fork can't differ after it."""
        both = {*environment, *self._environment} - SET_IN_THE_CHILD
        names = self._names | {name for name in both if READ_BY_C.match(name)}
        wrong = [name for name in sorted(names) if environment.get(name) != self._environment.get(name)]
        locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
        if locale not in PLAIN_LOCALES and "utf" not in locale.lower():
            wrong.append("LANG")
        assert not wrong, f"{', '.join(wrong)} count only where Python starts from nothing"

    def _received(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            more = self._control.recv(length - len(data))
            if not more:
                raise RuntimeError("the process that commands are forked from ended")
            data += more
        return data


@cache
def _warm() -> _Warm:
    return _Warm()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
