"""`completion`: prints a script that lets a shell complete commands."""

import click

from ..options import examples

PLACES = {
    "bash": "~/.local/share/bash-completion/completions/clientsync",
    "zsh": "~/.zfunc/_clientsync",
    "fish": "~/.config/fish/completions/clientsync.fish",
}
"""Where each shell looks for it; zsh only with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc."""


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
    """Print a shell completion script.

    It completes commands, options, accounting apps and clients. Save it where your shell looks for completions, as below, and open a new
    shell. For zsh, put `fpath+=~/.zfunc` before `compinit` in ~/.zshrc.
    """
    from click.shell_completion import get_completion_class

    from .. import output
    from ..shell_completion import VARIABLE

    completion_class = get_completion_class(shell)
    assert completion_class is not None
    click.echo(completion_class(ctx.find_root().command, {}, "clientsync", VARIABLE).source())
    condition = ", if ~/.zshrc has `fpath+=~/.zfunc` before `compinit`" if shell == "zsh" else ""
    output.say(f"{shell} looks for this in {PLACES[shell]}{condition}.")
