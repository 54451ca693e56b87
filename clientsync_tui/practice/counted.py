"""Numbers of things, in words that agree with them."""


def noun(count: int, one: str, several: str = "") -> str:
    """`client` for 1, else `clients`; `several` where that is not the word with an s."""
    return one if count == 1 else several or f"{one}s"


def singular(several: str) -> str:
    """`tax rate` of `tax rates`, `category` of `categories`: for words that are known in their plural alone."""
    if several.endswith("ies"):
        return f"{several[:-3]}y"
    return several[:-2] if several.endswith("sses") else several.removesuffix("s")


def counted(count: int, one: str, several: str = "") -> str:
    """`1 client`, `1,204 clients`."""
    return f"{count:,} {noun(count, one, several)}"
