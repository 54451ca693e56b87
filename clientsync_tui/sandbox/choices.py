"""The choices that the command line offers, kept apart from the code behind them so that `--help` imports little."""

from typing import Literal, get_args

Tier = Literal["starter", "core", "plus", "advanced", "enterprise"]
TIERS: tuple[Tier, ...] = get_args(Tier)

FAULTS = (
    "expire", "revoke", "remove-access", "disconnect", "close",
    "limit", "unavailable", "hang", "garbage", "slow", "rename", "clear",
)  # fmt: skip
