"""What the address of a practice's PostgreSQL may look like. Quick: the program asks this at each start, without the database's library."""

SCHEMES = ("postgres://", "postgresql://")
SECRETS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")
"""Parameters that no address may hold: the configuration is a file that people show to others."""

TAKE_IT_OUT = (
    "The address of the practice's database holds a password. Take it out (before the @ there is only a role), and keep it in ~/.pgpass, "
    "in a service file, or in your keyring: `clientsync practice password`."
)


def is_server(database: str) -> bool:
    """Whether a `[practice] database` is the address of a server, and no path."""
    return database.startswith(SCHEMES)


def has_secret(database: str) -> bool:
    """Whether an address holds a secret, also one with a character in it that should have been escaped."""
    start = database.strip()
    scheme, colon, rest = start.partition(":")
    if not colon or scheme.lower() not in ("postgres", "postgresql"):
        return False
    # An unescaped / or ? would end the role and begin a database or a parameter: then the last @ is too far behind.
    before, at, _ = rest.removeprefix("//").rpartition("@")
    if at and any(mark in before for mark in ":/?#@"):
        return True
    from urllib.parse import unquote

    _, _, parameters = rest.partition("?")
    return any(unquote(pair.partition("=")[0]).strip().lower() in SECRETS for pair in parameters.split("&"))
