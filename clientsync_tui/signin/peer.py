"""Who is at the other end of a connection on this machine's loopback."""

import os
import socket
import sys
from pathlib import Path
from typing import Any

_ESTABLISHED = "01"


def is_another_users(peer: Any, ours: Any) -> bool:
    """Whether the connection was made by another user of this host. Both are socket addresses.

    Linux shows the owner of each socket (proc(5), /proc/net/tcp). Elsewhere it is unknown, and the answer is False. root may:
    a tunnel's end can belong to it.
    """
    if sys.platform != "linux":
        return False
    their_end, our_end = _written(peer), _written(ours)
    try:
        table = Path("/proc/net/tcp6" if ":" in peer[0] else "/proc/net/tcp").read_text("ascii")
    except OSError:
        return False
    if f"{our_end} {their_end} " not in table:
        # A table without even our own end, as some containers have it, says nothing.
        return False
    _, found, row = table.partition(f"{their_end} {our_end} ")
    # The columns behind the addresses: state, queues, timer, retransmissions, owner.
    state, _, _, _, owner, *_ = row.split(maxsplit=5) if found else ("", "", "", "", "")
    # A socket that was closed behind its request belongs to no one any more, which is written as root.
    return not (owner == str(os.geteuid()) or owner == "0") or (owner == "0" and state != _ESTABLISHED)


def _written(address: Any) -> str:
    """An address as the kernel writes it: 32 bits at a time, in this machine's order of bytes."""
    host, port = address[:2]
    packed = socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    words = [int.from_bytes(packed[n : n + 4], sys.byteorder) for n in range(0, len(packed), 4)]
    return f"{''.join(f'{word:08X}' for word in words)}:{port:04X}"
