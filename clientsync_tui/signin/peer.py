"""Who is at the other end of a connection on this machine's loopback."""

import errno
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any, NamedTuple

_ESTABLISHED = 1
_SOCK_DIAG = 4  # the netlink protocol
_BY_FAMILY = 20  # its one message
_REQUEST = 1
_ERROR = 2
_HEADER = struct.Struct("=IHHII")
_ANSWER = struct.Struct("=4B48s5I")
_ANY_STATE = _ANY_COOKIE = 0xFFFF_FFFF


class _End(NamedTuple):
    """One end of a connection, as the kernel knows it."""

    state: int
    owner: int


_Ends = tuple[_End | None, _End | None]
"""Ours, then theirs. None: the kernel knows no such socket."""


def is_another_users(peer: Any, ours: Any) -> bool:
    """Whether another user of this host made the connection. Both arguments are socket addresses.

    Linux says who owns each socket. Elsewhere this is unknown, and the answer is False. root is allowed, because a tunnel's
    end can belong to it.
    """
    if sys.platform != "linux":
        return False
    for ask in (_asked, _read):
        try:
            our_end, their_end = ask(peer, ours)
        except OSError:
            continue
        if our_end is None:
            # A table that lacks even our own end, as in some containers, says nothing.
            continue
        if their_end is None:
            return True
        # A socket closed right after its request no longer belongs to anyone, which the kernel shows as root.
        if their_end.owner == 0:
            return their_end.state != _ESTABLISHED
        return their_end.owner != os.geteuid()
    return False


def _asked(peer: Any, ours: Any) -> _Ends:
    """Asks the kernel about these two sockets only (sock_diag(7)), because reading the whole table takes milliseconds on a
    busy host.

    Raises OSError if that is not possible, as in some containers.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        # The kernel answers before `send` returns.
        kernel.setblocking(False)
        return _end(kernel, ours, peer), _end(kernel, peer, ours)


def _end(kernel: socket.socket, own: Any, other: Any) -> _End | None:
    family = _family(own)
    ports = struct.pack("!HH", own[1], other[1])
    hosts = b"".join(socket.inet_pton(family, address[0]).ljust(16, b"\0") for address in (own, other))
    wanted = struct.pack("=BBBxI", family, socket.IPPROTO_TCP, 0, _ANY_STATE) + ports + hosts
    wanted += struct.pack("=III", 0, _ANY_COOKIE, _ANY_COOKIE)
    kernel.send(_HEADER.pack(_HEADER.size + len(wanted), _BY_FAMILY, _REQUEST, 0, 0) + wanted)
    answer, (sender, _) = kernel.recvfrom(4096)
    _, kind, *_ = _HEADER.unpack_from(answer)
    if sender != 0 or kind not in (_BY_FAMILY, _ERROR):
        raise OSError(errno.EPROTO, "not the kernel's answer")
    if kind == _ERROR:
        (code,) = struct.unpack_from("=i", answer, _HEADER.size)
        if code == -errno.ENOENT:
            return None
        raise OSError(-code, os.strerror(-code))
    _, state, _, _, addresses, _, _, _, owner, _ = _ANSWER.unpack_from(answer, _HEADER.size)
    # If the connection is gone, the kernel returns whatever listens on the port.
    return _End(state, owner) if addresses.startswith(ports) else None


def _read(peer: Any, ours: Any) -> _Ends:
    """Finds them in the table of all sockets (proc(5), /proc/net/tcp). Raises OSError if there is none."""
    table = Path("/proc/net/tcp6" if ":" in peer[0] else "/proc/net/tcp").read_text("ascii")
    return _row(table, ours, peer), _row(table, peer, ours)


def _row(table: str, own: Any, other: Any) -> _End | None:
    _, found, row = table.partition(f"{_written(own)} {_written(other)} ")
    if not found:
        return None
    # The columns after the addresses: state, queues, timer, retransmissions, owner.
    state, _, _, _, owner, *_ = row.split(maxsplit=5)
    return _End(int(state, 16), int(owner))


def _written(address: Any) -> str:
    """An address as the kernel writes it: 32 bits at a time, in this machine's byte order."""
    host, port = address[:2]
    packed = socket.inet_pton(_family(address), host)
    words = [int.from_bytes(packed[n : n + 4], sys.byteorder) for n in range(0, len(packed), 4)]
    return f"{''.join(f'{word:08X}' for word in words)}:{port:04X}"


def _family(address: Any) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address[0] else socket.AF_INET
