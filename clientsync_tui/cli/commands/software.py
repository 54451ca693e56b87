"""`software`: the accounting apps that can be connected."""

import click

from .. import options
from ..context import open_workplace


@click.command(
    epilog=options.examples(
        "clientsync software",
        "clientsync software --json",
    )
)
@options.json("A JSON array.")
def software(as_json: bool) -> None:
    """List the accounting apps you can connect."""
    from datetime import UTC, datetime

    from ...sync.sign_in_words import in_words
    from .. import output

    with open_workplace() as workplace:
        now = datetime.now(UTC)
        signed_in = {sign_in.software for sign_in in workplace.held() if sign_in.works(now)}
        found = [
            {
                "name": app.name,
                "title": app.title,
                "organisations_per_sign_in": app.organisations_per_sign_in,
                "configured": workplace.is_configured(app.name),
                "signed_in": app.name in signed_in,
            }
            for app in workplace.softwares()
        ]
        sign_ins = {app.name: in_words(workplace.held(app.name), now) for app in workplace.softwares()}
        for sentence in workplace.left_out():
            output.say(sentence)
    if as_json:
        output.json_document(found)
        return
    rows = [
        (
            str(app["name"]),
            str(app["title"]),
            str(app["organisations_per_sign_in"]),
            ("no", "yes")[bool(app["configured"])],
            sign_ins[str(app["name"])],
        )
        for app in found
    ]
    output.table(("Name", "Title", "Organisations per sign-in", "Set up", "Sign-in"), rows)
