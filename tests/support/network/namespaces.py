"""Hosts with a network of their own, where this machine allows it: Linux's network namespaces, joined by virtual cables."""

import ctypes
import os
import secrets
import subprocess
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

import pytest

CLONE_NEWNET = 0x40000000
T = TypeVar("T")


class Network:
    """A server and hosts, each in a namespace. The server is 10.77.N.1 to host number N, which is 10.77.N.2."""

    def __init__(self, hosts: int) -> None:
        mark = secrets.token_hex(3)
        self.server = f"cs{mark}s"
        self.hosts = [f"cs{mark}h{n}" for n in range(hosts)]

    def lay(self) -> None:
        """Makes the namespaces and the cables. Raises CalledProcessError or OSError where that is not allowed."""
        for name in (self.server, *self.hosts):
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        for n, name in enumerate(self.hosts):
            ends = ((self.server, f"to{n}", f"10.77.{n}.1/24"), (name, "cable", f"10.77.{n}.2/24"))
            peer = f"peer name cable netns {name}".split()
            _ip("-n", self.server, "link", "add", f"to{n}", "type", "veth", *peer)
            for namespace, device, address in ends:
                _ip("-n", namespace, "addr", "add", address, "dev", device)
                _ip("-n", namespace, "link", "set", device, "up")

    def remove(self) -> None:
        """Takes them away."""
        for name in (self.server, *self.hosts):
            with suppress(OSError, subprocess.CalledProcessError):
                _ip("netns", "del", name)

    def unplug(self, n: int) -> None:
        """From now on every packet of that host is lost; nobody is told."""
        _ip("-n", self.server, "link", "set", f"to{n}", "down")

    def plug(self, n: int) -> None:
        """And now none."""
        _ip("-n", self.server, "link", "set", f"to{n}", "up")


def within(namespace: str, call: Callable[[], T]) -> T:
    """What `call` gives, called in that namespace, as is every thread that it starts."""

    def entered() -> T:
        place = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(place, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        finally:
            os.close(place)
        return call()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(entered).result()


@contextmanager
def network(hosts: int) -> Generator[Network]:
    """A network; skips the test where this machine allows none."""
    made = Network(hosts)
    try:
        try:
            made.lay()
            within(made.server, lambda: None)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no network namespaces here: {error}")
        yield made
    finally:
        made.remove()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=10)
