"""The possessive of a name."""


def possessive(name: str) -> str:
    """`Xero's`, `Zoho Books'`."""
    return f"{name}'" if name.endswith(("s", "S")) else f"{name}'s"
