"""`completion`: what makes a shell complete this program's commands."""

import click

from ..options import examples

PLACES = {
    "bash": "~/.local/share/bash-completion/completions/clientsync",
    "zsh": "~/.zfunc/_clientsync",
    "fish": "~/.config/fish/completions/clientsync.fish",
}
"""Where each shell looks for it; zsh only once `fpath+=~/.zfunc` stands before `compinit` in ~/.zshrc."""


@click.command(
    epilog=examples(
        f"clientsync completion bash > {PLACES['bash']}",
        f"clientsync completion zsh > {PLACES['zsh']}",
        f"clientsync completion fish > {PLACES['fish']}",
    )
)
@click.argument("shell", type=click.Choice(tuple(PLACES)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands in a shell.

    It completes commands, options, accounting software and clients. Keep it where the shell looks for such scripts, as below, and open a new shell. For zsh, `fpath+=~/.zfunc` has to stand
    before `compinit` in ~/.zshrc.
    """
    from click.shell_completion import get_completion_class

    from .. import output
    from ..shell_completion import VARIABLE

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(ctx.find_root().command, {}, "clientsync", VARIABLE).source())
    condition = ", if `fpath+=~/.zfunc` stands before `compinit` in ~/.zshrc" if shell == "zsh" else ""
    output.say(f"{shell} looks for this in {PLACES[shell]}{condition}.")
