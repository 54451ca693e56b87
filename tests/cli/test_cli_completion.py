"""Completion: in a real bash, through the script that `completion` prints; and which suggestions come, whatever clients are called."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class

from clientsync_tui.cli import shell_completion
from clientsync_tui.cli.main import root
from clientsync_tui.store.store import Store
from tests.support.clients import add
from tests.support.command import Command

BASH = shutil.which("bash")
ZSH = shutil.which("zsh")


@pytest.fixture(scope="module")
def store(cli: Command) -> Store:
    store = Store(cli.config.parent / "practice.db")
    add(store, "Abbey Road Bakery Ltd", code="ABB01")
    add(store, "Émile & Sons")
    add(store, "Emily's Flowers")
    add(store, "Evil $(touch /tmp/evil) Ltd")
    add(store, "Evil; rm -rf `pwd` *")
    store.close()
    return store


def offered(cli: Command, *words: str, shell: str = "bash") -> list[str]:
    """The suggestions for the last word."""
    line = f"{shlex.join(('clientsync', '--config', str(cli.config), *words[:-1]))} {words[-1]}"
    asked = {"COMP_WORDS": line, "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) + 2)}
    shell_completion.quote_in_bash()
    completion = get_completion_class(shell)
    assert completion is not None
    with pytest.MonkeyPatch.context() as patch:
        for name, value in asked.items():
            patch.setenv(name, value)
        said = completion(root, {}, "clientsync", shell_completion.VARIABLE).complete()
    return said.splitlines()


def test_commands_and_softwares(cli: Command) -> None:
    assert offered(cli, "reco") == ["plain,reconnect"]
    assert "plain,xero" in offered(cli, "add", "x")
    assert "plain,xero" in offered(cli, "check", "--software", "x")


@pytest.mark.usefixtures("store")
def test_clients_by_code_and_by_name_whatever_their_accents(cli: Command) -> None:
    assert offered(cli, "client", "abb") == ["plain,ABB01", "plain,'Abbey Road Bakery Ltd'"]
    assert offered(cli, "reconnect", "--client", "emi") == [
        "plain,'Émile & Sons'",
        "plain,'Emily'\"'\"'s Flowers'",
    ]
    assert offered(cli, "client", "abb", shell="fish")[0] == "plain,ABB01\tAbbey Road Bakery Ltd"


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_name_that_a_shell_could_run_is_not_offered(cli: Command, shell: str) -> None:
    assert offered(cli, "client", "evil", shell=shell) == []


def test_completion_creates_no_practice(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[practice]\ndatabase = 'practice.db'\n")
    assert offered(Command(config), "client", "abb") == []
    config.write_text("[practise]\n")
    assert offered(Command(config), "client", "abb") == []
    assert list(tmp_path.iterdir()) == [config]


@pytest.mark.usefixtures("store")
@pytest.mark.skipif(BASH is None, reason="there is no bash here")
def test_bash_takes_it_as_one_word(cli: Command, tmp_path: Path) -> None:
    """Loads and calls the script as bash does when you press Tab."""
    program = tmp_path / "clientsync"
    program.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-m", "clientsync_tui"])} "$@"\n')
    program.chmod(0o755)
    script = cli.inside("completion", "bash")
    assert "bash-completion/completions/clientsync" in script.err
    line = ["clientsync", "--config", str(cli.config), "client", "Abbey"]
    asking = (
        f"{script.out}\nCOMP_WORDS=({shlex.join(line)}); COMP_CWORD=4\n"
        f'_clientsync_completion clientsync\nprintf "%s\\n" "${{COMPREPLY[@]}}"\n'
    )
    done = subprocess.run(
        [str(BASH), "--norc"],
        input=asking,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert (done.stdout, done.stderr) == ("'Abbey Road Bakery Ltd'\n", "")


@pytest.mark.skipif(ZSH is None, reason="there is no zsh")
def test_zsh_finds_the_script_once_its_folder_is_in_fpath(cli: Command, tmp_path: Path) -> None:
    said = cli.inside("completion", "zsh")
    assert "fpath+=~/.zfunc" in said.err
    (tmp_path / ".zfunc").mkdir()
    (tmp_path / ".zfunc" / "_clientsync").write_text(said.out)
    lines = "autoload -Uz compinit && compinit -u -D; print -- ${_comps[clientsync]:-none}"
    for first, found in (("", "none"), ("fpath+=~/.zfunc; ", "_clientsync")):
        done = subprocess.run(
            [str(ZSH), "-f", "-c", first + lines],
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == found
