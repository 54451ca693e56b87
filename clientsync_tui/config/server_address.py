"""What the address of a practice's PostgreSQL server looks like. Fast, because every start needs this, without the
database's library.
"""

SCHEMES = ("postgres://", "postgresql://")
SECRETS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")
"""Parameters that no address may contain, because people show their configuration file to others."""

TAKE_IT_OUT = (
    "The address of the practice's database holds a password. Take it out (before the @ there is only a role), and keep it in ~/.pgpass, "
    "in a service file, or in your keyring: `clientsync practice password`."
)


def is_server(database: str) -> bool:
    """Whether a `[practice] database` is a server's address instead of a path."""
    return database.startswith(SCHEMES)


def has_secret(database: str) -> bool:
    """Whether an address contains a secret, even with a character that should have been escaped."""
    start = database.strip()
    scheme, colon, rest = start.partition(":")
    if not colon or scheme.lower() not in ("postgres", "postgresql"):
        return False
    # An unescaped / or ? would end the role and start a database or a parameter: then the last @ comes too
    # late.
    before, at, _ = rest.removeprefix("//").rpartition("@")
    if at and any(mark in before for mark in ":/?#@"):
        return True
    from urllib.parse import unquote

    _, _, parameters = rest.partition("?")
    return any(unquote(pair.partition("=")[0]).strip().lower() in SECRETS for pair in parameters.split("&"))
