"""The possessive of a name."""


def possessive(name: str) -> str:
    """`Abbey Bakery's`, `Ash Brothers'`."""
    return f"{name}'" if name.endswith(("s", "S")) else f"{name}'s"
