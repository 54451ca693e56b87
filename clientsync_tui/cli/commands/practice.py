"""`practice`: where the practice's ledger is, and who may do what there."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...store.postgres.home import Person, PostgresHome
    from ...workplace import Workplace

LEVELS = ("viewer", "member", "admin")
IN_A_FILE = (
    "The practice is in a file. Everyone who can write to that file can change the practice: its mode decides, not a role. "
    "To share it between hosts: `clientsync practice move URL`."
)


@click.group(
    epilog=options.examples(
        "clientsync practice create postgresql://ann@db.example.com/practice",
        "clientsync practice move --dry-run postgresql://ann@db.example.com/practice",
        "clientsync practice join postgresql://ben@db.example.com/practice",
        "clientsync practice status",
    )
)
def practice() -> None:
    """Share the practice between several hosts through PostgreSQL.

    One host creates the practice there, or moves its own there. The others join. Everyone reads from a copy on their own host.
    """


@practice.command(
    epilog=options.examples("clientsync practice create postgresql://ann@db.example.com/practice")
)
@click.argument("url", metavar="URL")
@click.option("--name", metavar="NAME", help="The practice's name (the one in the configuration).")
def create(url: str, name: str | None) -> None:
    """Create a practice in a PostgreSQL database.

    Makes its tables, functions and grants. You become its admin. Refused if the database has a practice already.
    """
    import shlex

    from ...practice.text import clean
    from ...sync.home.joining import create as create_practice
    from ...sync.home.joining import own_sign_in
    from .. import output

    with open_workplace() as workplace:
        called = clean(workplace.config.practice.name if name is None else name).strip()
        if not called:
            raise click.UsageError("The practice has no name. Give it one: --name NAME.")
        where = create_practice(url, called, workplace.password_for(url), own_sign_in(workplace.held()))
    here = shlex.quote(url)
    output.say(
        f"Created a practice in {where}. You are its admin. This host still uses its previous practice."
    )
    output.say(f"To use the new one here: clientsync practice join {here}")
    output.say(f"To move this host's practice there: clientsync practice move {here}")


@practice.command(
    epilog=options.examples("clientsync practice join postgresql://ben@db.example.com/practice")
)
@click.argument("url", metavar="URL")
def join(url: str) -> None:
    """Use a practice that is on a PostgreSQL server.

    Copies its ledger to this host, then writes its address into the configuration. An admin of the practice must have granted you
    access.
    """
    from ...practice.counted import counted
    from ...sync.home.joining import join as join_practice
    from .. import output

    def progress(read: int, total: int) -> None:
        output.say(f"{read:,} of {counted(total, 'entry', 'entries')}.")

    with open_workplace(writes_config=True) as workplace:
        path = workplace.config.path
        is_new = not path.exists()
        store = join_practice(workplace.config, url, workplace.password_for(url), progress)
        clients = store.clients.total()
        store.close()
    if is_new:
        output.say(f"Created the configuration file {path}.")
    output.say(f"This host now uses the practice on the server: {counted(clients, 'client')}.")


@practice.command(
    epilog=options.examples(
        "clientsync practice move --dry-run postgresql://ann@db.example.com/practice",
        "clientsync practice move --yes postgresql://ann@db.example.com/practice",
        "clientsync practice move --yes practice.db",
    )
)
@click.argument("target", metavar="URL|FILE")
@options.dry_run
@options.yes
@options.json("A JSON object: {entries, head, jobs}.")
def move(target: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Move this practice to a PostgreSQL database, or from there into a file.

    Every entry moves as it is, and the number of entries and the hash of the last one are compared at the end. The configuration is
    changed last. What is left behind can be read but not changed any more.
    """
    from ...config.server_address import has_secret, is_server
    from ...practice.counted import counted
    from ...sync.home.joining import own_sign_in
    from ...sync.home.moving import move as move_practice
    from .. import output

    place = target
    if is_server(target) or has_secret(target):
        from ...store.postgres.address import address_of

        place = address_of(target).shown
    with open_workplace() as workplace:
        if not dry_run:
            output.confirm(f"Move the practice to {place}?", yes)
        url = target if workplace.config.server is None else workplace.config.server
        you = own_sign_in(workplace.held())
        moved = move_practice(
            workplace.config, workplace.store, target, workplace.password_for(url), you, dry_run=dry_run
        )
    if as_json:
        output.json_document(moved._asdict())
    result = (
        "would move. Nothing was changed." if dry_run else "moved. The head's hash is the same on both sides."
    )
    output.say(f"{counted(moved.entries, 'entry', 'entries')} and {counted(moved.jobs, 'job')} {result}")


@practice.command(epilog=options.examples("clientsync practice upgrade"))
def upgrade() -> None:
    """Bring the practice's tables on its server to this version.

    Only the person who created the practice can do this. Programs of the previous version keep working.
    """
    from ...practice.counted import counted
    from ...sync.home.joining import upgrade as upgrade_practice
    from .. import output

    with open_workplace() as workplace:
        config = workplace.config
        if config.server is None:
            raise click.UsageError(IN_A_FILE)
        steps = upgrade_practice(config, workplace.password_for(config.server))
    output.say(f"{counted(steps, 'step')} taken." if steps else "The practice is up to date.")


@practice.command(epilog=options.examples("clientsync practice status", "clientsync practice status --json"))
@options.json("A JSON object: {home, reachable, entries, head, behind, role, person, is, workers, claims}.")
def status(as_json: bool) -> None:
    """Show where the practice is kept, and whether this host has all of it."""
    from ...practice.counted import counted
    from ...sync.home.status import standing
    from .. import output

    with open_workplace() as workplace:
        found = standing(workplace.config, workplace.store)
    if as_json:
        output.json_document(found.as_json())
    else:
        place = "in a file on this host" if found.home == "sqlite" else "on a PostgreSQL server"
        output.lines([f"The practice is {place}: {counted(found.entries, 'entry', 'entries')}."])
        if found.you is not None:
            article = "an" if found.you.level == "admin" else "a"
            output.lines([f"You are {found.you.role}, {article} {found.you.level}."])
        if found.behind:
            output.lines([f"{counted(found.behind, 'entry is', 'entries are')} not here yet."])
    if found.says:
        output.say(found.says)
    if not found.reachable:
        raise click.exceptions.Exit(4)


@practice.command(epilog=options.examples("clientsync practice people", "clientsync practice people --json"))
@options.json("A JSON array.")
def people(as_json: bool) -> None:
    """List who may use the practice, and as what."""
    from .. import output

    with open_workplace() as workplace:
        home = server_home(workplace)
        found = (
            [_person(person) for person in home.people()] if home is not None else [_person_here(workplace)]
        )
    if as_json:
        output.json_document(found)
    else:
        rows = [(p["role"], p["name"], p["email"], p.get("login", ""), p["is"]) for p in found]
        output.table(("Role", "Name", "E-mail", "Login", "Is"), rows)


@practice.command(
    epilog=options.examples("clientsync practice grant ben member --name Ben --email ben@example.com")
)
@click.argument("role", metavar="ROLE")
@click.argument("level", metavar="viewer|member|admin", type=click.Choice(LEVELS))
@click.option("--name", metavar="N", help="The person's name.")
@click.option("--email", metavar="E", help="The person's e-mail address.")
@click.option(
    "--login",
    metavar="L",
    help="Their login name on a host, if they acted under it before the practice moved.",
)
def grant(role: str, level: str, name: str | None, email: str | None, login: str | None) -> None:
    """Let a person use the practice.

    ROLE is the PostgreSQL role that they log in with; it must exist. A viewer reads. A member changes clients and runs jobs with
    their own sign-ins. An admin also grants, moves, upgrades and removes.
    """
    from ...practice.roles import Level
    from .. import output

    with open_workplace() as workplace:
        required_home(workplace).grant(role, Level(level), name, email, login)
    output.say(f"{role} is now {'an' if level == 'admin' else 'a'} {level}.")


@practice.command(epilog=options.examples("clientsync practice revoke ben --yes"))
@click.argument("role", metavar="ROLE")
@options.yes
def revoke(role: str, yes: bool) -> None:
    """Remove a person's access to the practice. What they did stays in the history."""
    from ...practice.possessive import possessive
    from .. import output

    with open_workplace() as workplace:
        home = required_home(workplace)
        output.confirm(f"Remove {possessive(role)} access to the practice?", yes)
        home.revoke(role)
    output.say(f"{role} can no longer use the practice.")


@practice.command(
    epilog=options.examples(
        "clientsync practice password",
        "clientsync practice password postgresql://ben@db.example.com/practice",
        "pass show practice | clientsync practice password",
    )
)
@click.argument("url", metavar="[URL]", required=False)
@click.option("--forget", is_flag=True, help="Remove the password from the keyring.")
def password(url: str | None, forget: bool) -> None:
    """Keep your password to the practice's server in your keyring.

    Without a terminal it is read from stdin. URL is for a practice that you have yet to join.
    """
    import asyncio

    from ...store.postgres.address import address_of
    from ...workplace import password_name
    from .. import output
    from ..stdin import secret_line

    with open_workplace() as workplace:
        server = url or workplace.config.server
        if server is None:
            raise click.UsageError(IN_A_FILE)
        shown = address_of(server).shown
        if forget:
            asyncio.run(workplace.vault.forget(password_name(server)))
            output.say("The password is no longer in your keyring.")
            return
        asking = output.interactive()
        secret = (
            click.prompt(f"Password to {shown}", hide_input=True, err=True)
            if asking
            else secret_line("The password")
        )
        asyncio.run(workplace.vault.write(password_name(server), secret))
    output.say(f"The password to {shown} is in your keyring.")


def server_home(workplace: "Workplace") -> "PostgresHome | None":
    """The practice's server; None if it is in a file."""
    if workplace.config.server is None:
        return None
    home = workplace.store.home
    from ...store.postgres.home import PostgresHome

    return home if isinstance(home, PostgresHome) else None


def required_home(workplace: "Workplace") -> "PostgresHome":
    """The practice's server. Raises click's UsageError if the practice is in a file."""
    home = server_home(workplace)
    if home is None:
        raise click.UsageError(IN_A_FILE)
    return home


def _person(person: "Person") -> dict[str, str]:
    """The person as JSON, without an empty `login`."""
    row = {"role": person.role, "name": person.name, "email": person.email, "is": str(person.level)}
    return row | ({"login": person.login} if person.login else {})


def _person_here(workplace: "Workplace") -> dict[str, str]:
    from ...sync.home.status import standing

    you = standing(workplace.config, workplace.store).you
    assert you is not None
    return {"role": you.role, "name": you.name, "email": "", "is": you.level}
