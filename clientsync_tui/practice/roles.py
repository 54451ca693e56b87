"""What viewers, members and admins may do. The server's grants and the screens both follow this one table."""

from collections.abc import Mapping
from enum import StrEnum


class Level(StrEnum):
    """A person's role, from the least permissions to the most."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"


class Right(StrEnum):
    """A permission that not everyone has."""

    READ = "read"
    CHANGE = "change"
    MANAGE = "manage"


MAY: Mapping[Right, frozenset[Level]] = {
    # See clients, integrations, history and jobs.
    Right.READ: frozenset({Level.VIEWER, Level.MEMBER, Level.ADMIN}),
    # Change clients, and run jobs with their own sign-ins.
    Right.CHANGE: frozenset({Level.MEMBER, Level.ADMIN}),
    # Grant and revoke, move and upgrade the practice, end a colleague's job.
    Right.MANAGE: frozenset({Level.ADMIN}),
}


def may(level: Level, right: Right) -> bool:
    """Whether this role has the permission."""
    return level in MAY[right]


def why_not(level: Level, *, in_file: bool = False) -> str:
    """The message for someone who lacks the permission. `in_file`: their role follows from the mode of the
    practice's file.
    """
    article = "an" if level is Level.ADMIN else "a"
    change = (
        "You can read the practice's file but not write to it. Its owner can change that."
        if in_file
        else "An admin of the practice can change that: `clientsync practice grant`."
    )
    return f"Not available: you are {article} {level}. {change}"
