"""What each kind of person may do. The server's grants and what the screens offer both come from this one table."""

from collections.abc import Mapping
from enum import StrEnum


class Level(StrEnum):
    """A kind of person, from the one who may least to the one who may all."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"


class Right(StrEnum):
    """Something that not everyone may do."""

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
    """Whether such a person may do it."""
    return level in MAY[right]


def why_not(level: Level, *, in_file: bool = False) -> str:
    """What to say to someone who may not. `in_file`: the mode of the practice's file makes them what they are."""
    article = "an" if level is Level.ADMIN else "a"
    change = (
        "You can read the practice's file but not write to it. Its owner can change that."
        if in_file
        else "An admin of the practice can change that: `clientsync practice grant`."
    )
    return f"Not available: you are {article} {level}. {change}"
