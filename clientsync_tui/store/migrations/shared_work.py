"""Version 6: who works on a job, who owns it, and who has claimed a client."""

from sqlite_utils import Database


def take(tables: Database) -> None:
    """Adds the tables and the column."""
    tables.table("jobs").add_column("owner", str)
    tables.table("workers").create(
        {"id": str, "job": str, "host": str, "place": str, "person": str, "since": str, "until": str},
        pk="id",
        not_null=("job", "host", "place", "person", "since"),
        strict=True,
    )
    tables.table("workers").create_index(["job"], "workers_job")
    tables.table("claims").create(
        {"client": str, "person": str, "name": str, "since": str, "until": str, "minutes": int},
        pk="client",
        not_null=("person", "name", "since", "until", "minutes"),
        strict=True,
    )
