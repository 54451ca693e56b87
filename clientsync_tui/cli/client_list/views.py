"""`views`: filters that you saved under a name."""

import click

from .. import options
from ..context import open_workplace


@click.group(
    invoke_without_command=True,
    epilog=options.examples(
        "clientsync views",
        "clientsync views save 'My north' 'team:north by:you'",
        "clientsync clients --view 'My north'",
    ),
)
@options.json("A JSON array: {name, filter}.")
@click.pass_context
def views(context: click.Context, as_json: bool) -> None:
    """List the filters that you saved, save one, or delete one."""
    from .. import output

    if context.invoked_subcommand is not None:
        return
    with open_workplace() as workplace:
        saved = workplace.preferences.views
    if as_json:
        output.json_array({"name": name, "filter": text} for name, text in saved.items())
        return
    output.table(("View", "Filter"), list(saved.items()))
    if not saved:
        output.say("You have no views yet. Save one with `clientsync views save NAME FILTER`.")


@views.command(epilog=options.examples("clientsync views save 'My north' 'team:north by:you'"))
@click.argument("name")
@click.argument("filter_text", metavar="FILTER")
def save(name: str, filter_text: str) -> None:
    """Save a filter under a name. A view of the same name is replaced."""
    from ...practice import longest
    from ...practice.filter import parse
    from ...practice.text import clean
    from ...practice.trouble import UsageError
    from .. import output

    name = clean(name).strip()
    if not name:
        raise UsageError("Enter a name for the view.")
    longest.refuse_longer("The view's name", name, longest.NAME)
    parse(filter_text)
    with open_workplace() as workplace:
        workplace.preferences.save_view(name, filter_text)
        if not workplace.preferences.is_saved:
            raise UsageError("The view was not saved: your preferences file can't be written.")
    output.say(f"Saved the view “{name}”.")


@views.command(epilog=options.examples("clientsync views delete 'My north'"))
@click.argument("name")
def delete(name: str) -> None:
    """Delete a view. The clients it shows stay as they are."""
    from .. import output

    with open_workplace() as workplace:
        workplace.preferences.view(name)
        workplace.preferences.delete_view(name)
    output.say(f"Deleted the view “{name}”.")
