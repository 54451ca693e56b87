"""`team`: the practice's teams, and which clients they look after."""

import click

from .. import options
from ..context import open_workplace
from ..parameter_types import MAY_BE_EMPTY


@click.group(
    epilog=options.examples(
        "clientsync team list",
        "clientsync team create North",
        "clientsync team assign North ABB01 BLA02",
        "clientsync team rename North 'North and East'",
    )
)
def team() -> None:
    """List, create, rename and delete teams, and assign clients to one."""


@team.command("list", epilog=options.examples("clientsync team list --json"))
@options.json("A JSON array: {name, clients}, where clients is a count.")
def list_teams(as_json: bool) -> None:
    """List the teams, with the number of clients in each."""
    from ...practice.counted import counted
    from .. import output

    with open_workplace() as workplace:
        sizes = workplace.store.clients.team_sizes()
    if as_json:
        output.json_array({"name": name, "clients": size} for name, size in sizes.items())
        return
    output.table(("Team", "Clients"), [(name, f"{size:,}") for name, size in sizes.items()])
    if not sizes:
        output.say("There are no teams yet. Create one with `clientsync team create NAME`.")
    else:
        output.say(f"{counted(len(sizes), 'team')}.")


@team.command(epilog=options.examples("clientsync team create North"))
@click.argument("name")
def create(name: str) -> None:
    """Create a team."""
    from ...sync import client_edits
    from .. import output

    with open_workplace() as workplace:
        made = client_edits.create_team(workplace.store, workplace.actor, name)
    output.say(f"Created team {made}.")


@team.command(
    epilog=options.examples(
        "clientsync team assign North ABB01 BLA02",
        "clientsync team assign '' --client ABB01",
    )
)
@click.argument("name", type=MAY_BE_EMPTY)
@options.some_clients
@options.dry_run
@options.json("A JSON object: {team, changed, unchanged}.")
def assign(name: str, clients: tuple[str, ...], match: str | None, dry_run: bool, as_json: bool) -> None:
    """Assign clients to a team, which is created if it is new; '' takes them out of theirs."""
    from ...practice.counted import counted
    from ...sync import client_edits
    from .. import output
    from ..selection import chosen_clients, mind_claims

    with open_workplace() as workplace:
        found = chosen_clients(workplace, clients, match)
        name = client_edits.team_name(name) or ""
        moving = [client for client in found if (client.team or "") != name]
        mind_claims(workplace, (client.id for client in moving), dry_run=dry_run)
        is_new = bool(name and moving) and name not in workplace.store.clients.team_sizes()
        if not dry_run:
            client_edits.assign_team(workplace.store, workplace.actor, moving, name)
    if as_json:
        unchanged = len(found) - len(moving)
        output.json_document(
            {"team": name or None, "changed": 0 if dry_run else len(moving), "unchanged": unchanged}
        )
    if is_new:
        output.say(f"Team {name} would be created." if dry_run else f"Created team {name}.")
    where = f"team {name}" if name else "no team"
    done = "would be assigned" if dry_run else "assigned"
    output.say(
        f"{counted(len(moving), 'client')} {done} to {where}, {len(found) - len(moving)} already there."
    )


@team.command(epilog=options.examples("clientsync team rename North 'North and East' --dry-run"))
@click.argument("old")
@click.argument("new")
@options.dry_run
@options.json("A JSON object: {team, before, clients}.")
def rename(old: str, new: str, dry_run: bool, as_json: bool) -> None:
    """Give a team another name. Its clients stay in it, and `clientsync undo` gives it the former name back."""
    from ...practice.counted import counted
    from ...sync import client_edits
    from .. import output

    with open_workplace() as workplace:
        store = workplace.store
        team = client_edits.existing_team(store, old)
        name = client_edits.renamed_team(store, team, new)
        count = len(store.clients.in_team(team))
        if not dry_run and name != team:
            count = client_edits.rename_team(store, workplace.actor, team, name)
    if as_json:
        output.json_document({"team": name, "before": team, "clients": count})
    if name == team:
        output.say(f"Team {team} already has that name. Nothing was changed.")
        return
    done = "would be renamed" if dry_run else "is renamed"
    output.say(f"Team {team} {done} to {name}: {counted(count, 'client')}.")


@team.command(epilog=options.examples("clientsync team delete North --dry-run"))
@click.argument("name")
@options.dry_run
@options.json("A JSON object: {team, clients}, where clients is a count.")
@options.yes
def delete(name: str, dry_run: bool, as_json: bool, yes: bool) -> None:
    """Delete a team. Its clients stay on the list without a team. `clientsync undo` brings the team back with its clients."""
    from ...practice.counted import counted
    from ...sync import client_edits
    from .. import output

    if not dry_run:
        output.require_yes_or_terminal(yes)
    with open_workplace() as workplace:
        store = workplace.store
        team = client_edits.existing_team(store, name)
        count = len(store.clients.in_team(team))
        if not dry_run:
            output.confirm(f"Delete team {team}? {counted(count, 'client')} will have no team.", yes)
            count = client_edits.delete_team(store, workplace.actor, team)
    if as_json:
        output.json_document({"team": team, "clients": count})
    done, now = (
        ("would be deleted", "would have")
        if dry_run
        else ("is deleted", "now has" if count == 1 else "now have")
    )
    output.say(f"Team {team} {done}. {counted(count, 'client')} {now} no team.")
