"""What PostgreSQL grants for each right in `practice/roles.py`."""

from collections.abc import Iterator, Mapping

from ...practice.roles import MAY, Level, Right

_READ = "SELECT ON TABLE clientsync."
_CALL = "EXECUTE ON FUNCTION clientsync."

PRIVILEGES: Mapping[Right, tuple[str, ...]] = {
    Right.READ: (
        "USAGE ON SCHEMA clientsync",
        *(
            _READ + table
            for table in (
                "about",
                "kinds",
                "ledger",
                "head",
                "people",
                "claims",
                "claims_version",
                "jobs",
                "items",
                "workers",
                "rates",
                "call_limits",
            )
        ),
    ),
    Right.CHANGE: (
        f"{_CALL}lock_head()",
        f"{_CALL}append(text[], text[], text[], text[], text[])",
        f"{_CALL}take_claims(text[], integer)",
        f"{_CALL}claim(text[], integer)",
        f"{_CALL}end_claims(text[])",
        f"{_CALL}release(text[])",
        f"{_CALL}renew_claims()",
        f"{_CALL}put_work(jsonb, jsonb, jsonb)",
        f"{_CALL}take_calls(text, integer, integer, integer)",
    ),
    Right.MANAGE: (
        f"{_CALL}grant_person(text, text, text, text)",
        f"{_CALL}grant_person(text, text, text, text, text)",
        f"{_CALL}revoke_person(text)",
    ),
}


def grants() -> Iterator[tuple[str, str]]:
    """Each level with each privilege that it has."""
    for level in Level:
        for right, privileges in PRIVILEGES.items():
            if level in MAY[right]:
                yield from ((level, privilege) for privilege in privileges)
