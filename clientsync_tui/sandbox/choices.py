"""The words that the command line offers; apart from what they mean, so that `--help` costs nothing."""

from typing import Literal, get_args

Tier = Literal["starter", "core", "plus", "advanced", "enterprise"]
TIERS: tuple[Tier, ...] = get_args(Tier)

FAULTS = (
    "expire", "revoke", "remove-access", "disconnect", "close",
    "limit", "unavailable", "hang", "garbage", "slow", "rename", "clear",
)  # fmt: skip
