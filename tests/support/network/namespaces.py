"""Hosts with their own networks, if this machine allows it: Linux's network namespaces, joined by virtual cables."""

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
    """A server and hosts, each in a namespace. For host number N, the server is 10.77.N.1 and the host 10.77.N.2."""

    def __init__(self, hosts: int) -> None:
        mark = secrets.token_hex(3)
        self.server = f"cs{mark}s"
        self.hosts = [f"cs{mark}h{n}" for n in range(hosts)]

    def lay(self) -> None:
        """Creates the namespaces and cables. Raises CalledProcessError or OSError if that is not allowed."""
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
        """Removes the namespaces."""
        for name in (self.server, *self.hosts):
            with suppress(OSError, subprocess.CalledProcessError):
                _ip("netns", "del", name)

    def unplug(self, n: int) -> None:
        """Drops every packet to and from that host. No connection is closed, so neither end notices."""
        _ip("-n", self.server, "link", "set", f"to{n}", "down")

    def plug(self, n: int) -> None:
        """Lets packets through again."""
        _ip("-n", self.server, "link", "set", f"to{n}", "up")


def within(namespace: str, call: Callable[[], T]) -> T:
    """The result of `call`, run in that namespace, as are all threads it starts."""

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
    """A network. Skips the test if this machine doesn't allow one."""
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
