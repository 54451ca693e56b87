"""Writing a file that you name: never one of the program's own, never through another user's link, never unasked."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.host.named_file import OwnFiles, replaces, writing
from clientsync_tui.practice.trouble import Trouble, UsageError
from tests.support.clients import ANN, add, signed_in, workplace_in
from tests.support.command import Command, Terminal, environment

OTHER = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """A practice with one client. Its files are in `tmp_path`, like the files that the tests name."""
    for name, value in environment(tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("open sesame")
    config = tmp_path / "config.toml"
    config.write_text(
        '[practice]\ndatabase = "practice.db"\n[keyring]\nbackend = "file"\nfile = "keyring.bin"\npassphrase_file = "passphrase"\n'
    )
    workplace = workplace_in(tmp_path)
    add(workplace.store, "Baker & Daughters", signed_in(workplace.store, ANN))
    workplace.close()
    yield Command(config)


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.mark.parametrize("words", [("export",), ("backup",)], ids=" ".join)
def test_no_command_replaces_a_file_of_the_program(
    cli: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert cli.inside("backup").code == 0
    (tmp_path / "keyring.bin").write_bytes(b"kept")
    link = tmp_path / "practice-of-ours"
    link.symlink_to("practice.db")
    copy = next((tmp_path / "practice.db.backups").iterdir())
    own = [tmp_path / name for name in ("practice.db", "config.toml", "keyring.bin", "passphrase")]
    before = {file: file.read_bytes() for file in (*own, copy)}
    absent = [
        *(tmp_path / f"practice.db{end}" for end in ("-wal", "-shm", "-journal", ".limits", ".lock")),
        *(tmp_path / name for name in ("keyring.bin.lock", "keyring.bin.new", "practice.db.backups/new.csv")),
    ]
    for file in (*before, *absent, link, tmp_path / "home" / ".." / "practice.db"):
        (tmp_path / "home").mkdir(exist_ok=True)
        result = cli.inside(*words, "--yes", str(file))
        assert (result.code, len(result.err.splitlines())) == (2, 1), (file, result)
        assert "one of the program's own files" in result.err
    assert {file: file.read_bytes() for file in before} == before


@only_root
@pytest.mark.parametrize("words", [("export",), ("backup",)], ids=" ".join)
def test_no_command_writes_through_another_users_link(
    cli: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("stays")
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o777)
    (shared / "file").symlink_to(victim)
    (shared / "new").symlink_to(tmp_path / "planted")
    (shared / "folder").symlink_to(tmp_path)
    (tmp_path / "ours").symlink_to(shared / "file")
    for link in ("file", "new", "folder"):
        os.lchown(shared / link, OTHER, OTHER)
    for path in (
        shared / "file",
        shared / "new",
        shared / "folder" / "victim",
        shared / "folder" / "new.csv",
        tmp_path / "ours",
    ):
        result = cli.inside(*words, "--yes", str(path))
        assert (result.code, len(result.err.splitlines())) == (2, 1), (path, result)
        assert "symbolic link of another user" in result.err
    assert victim.read_text() == "stays"
    assert not (tmp_path / "planted").exists() and not (tmp_path / "new.csv").exists()


def test_own_link_stays_a_link_and_its_file_is_replaced(cli: Command, tmp_path: Path) -> None:
    real = tmp_path / "folder" / "clients.csv"
    real.parent.mkdir()
    (tmp_path / "near").symlink_to("folder")
    (tmp_path / "link.csv").symlink_to("near/clients.csv")
    assert cli.inside("export", str(tmp_path / "link.csv")).code == 0
    assert (tmp_path / "link.csv").is_symlink() and "Baker" in real.read_text()


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(Trouble, match="can't be written"):
        replaces(tmp_path / "a", OwnFiles())


def test_existing_file_is_replaced_only_on_request(cli: Command, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("stays")
    result = cli.inside("export", str(file))
    assert (result.code, result.out) == (2, "") and "Add --yes to replace it" in result.err
    assert file.read_text() == "stays"
    assert cli.inside("export", "--yes", str(file)).code == 0
    assert "Baker" in file.read_text()
    copy = tmp_path / "copy.db"
    assert cli.inside("backup", str(copy)).code == 0
    before = copy.stat().st_ino
    result = cli.inside("backup", str(copy))
    assert result.code == 2 and "Add --yes to replace it" in result.err and copy.stat().st_ino == before
    assert cli.inside("backup", "--yes", str(copy)).code == 0


@pytest.mark.parametrize(("answer", "code", "text"), [("n", 1, "stays"), ("y", 0, "Baker")])
def test_on_a_terminal_it_asks_before_it_replaces(
    cli: Command, tmp_path: Path, answer: str, code: int, text: str
) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("stays")
    terminal = Terminal(cli, "export", str(file))
    terminal.until(r"exists\. Replace it\?")
    terminal.type(f"{answer}\n")
    assert terminal.end() == code
    assert text in file.read_text()


def test_written_file_is_private_and_a_narrower_mode_stays(cli: Command, tmp_path: Path) -> None:
    file, copy = tmp_path / "clients.csv", tmp_path / "copy.db"
    before = os.umask(0)
    try:
        assert cli.inside("export", str(file)).code == 0
        assert cli.inside("backup", str(copy)).code == 0
        assert (mode(file), mode(copy)) == (0o600, 0o600)
        for bits in (0o400, 0o640, 0o644):
            file.chmod(bits)
            copy.chmod(bits)
            assert cli.inside("export", "--yes", str(file)).code == 0
            assert cli.inside("backup", "--yes", str(copy)).code == 0
            assert (mode(file), mode(copy)) == (bits, bits)
    finally:
        os.umask(before)
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()], "nothing half written is left"


@only_root
def test_replaced_file_of_another_user_does_not_pass_on_its_owner_or_mode(
    cli: Command, tmp_path: Path
) -> None:
    file = tmp_path / "clients.csv"
    file.touch()
    file.chmod(0o666)
    os.chown(file, OTHER, OTHER)
    assert cli.inside("export", "--yes", str(file)).code == 0
    assert (mode(file), file.stat().st_uid, file.stat().st_gid) == (0o600, os.geteuid(), os.getegid())


@only_root
def test_pipe_that_another_user_planted_is_not_written_to(cli: Command, tmp_path: Path) -> None:
    pipe = tmp_path / "clients.csv"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.chown(pipe, OTHER, OTHER)
    result = cli.inside("export", "--yes", str(pipe))
    assert result.code == 2 and "belongs to another user" in result.err
    assert os.read(reader, 10_000) == b""
    os.close(reader)


def test_own_pipe_is_written_to_and_one_without_a_reader_does_not_block(cli: Command, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    result = cli.inside("export", str(pipe))
    assert result.code == 1 and "can't be written" in result.err
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert cli.inside("export", str(pipe)).code == 0
    assert b"Baker" in os.read(reader, 10_000)
    os.close(reader)


def test_write_that_fails_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("stays")
    with pytest.raises(KeyboardInterrupt), writing(file, replace=True) as stream:
        stream.write(b"half")
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["file"] and file.read_text() == "stays"


def test_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with pytest.raises(UsageError, match="exists already"), writing(file, replace=False) as stream:
        stream.write(b"new")
        file.write_text("another's")
    assert file.read_text() == "another's"


@only_root
def test_sandbox_writes_no_configuration_through_another_users_link(tmp_path: Path) -> None:
    (tmp_path / "victim").touch()
    (tmp_path / "box.toml").symlink_to(tmp_path / "victim")
    os.lchown(tmp_path / "box.toml", OTHER, OTHER)
    result = Command(tmp_path / "none.toml").run("sandbox", "--write-config", str(tmp_path / "box.toml"))
    assert result.code == 2 and "symbolic link of another user" in result.err
    assert (tmp_path / "victim").read_bytes() == b""


FULL = """
import resource, sys
from pathlib import Path
from clientsync_tui.config.writing import set_values
from clientsync_tui.practice.trouble import UsageError
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    set_values(Path(sys.argv[1]), ("practice",), {"name": "Baker & Daughters"})
except UsageError as error:
    sys.exit(str(error))
"""


def test_full_disk_leaves_the_configuration_and_no_half_of_another(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[practice]\nname = "A"\n')
    process = subprocess.run([sys.executable, "-c", FULL, str(file)], capture_output=True, text=True)
    assert process.returncode == 1 and "can't be written" in process.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]
    assert file.read_text() == '[practice]\nname = "A"\n'


@only_root
def test_device_that_another_user_planted_is_not_written_to(cli: Command, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    name = Path(os.ttyname(theirs))
    os.chown(name, OTHER, OTHER)
    name.chmod(0o666)
    laid = tmp_path / "clients.csv"
    for goal, reason in ((name, "symbolic link of another user"), ("/dev/null", "symbolic link of another")):
        laid.symlink_to(goal)
        os.lchown(laid, OTHER, OTHER)
        for command in ("export", "backup"):
            result = cli.inside(command, "--yes", str(laid))
            assert result.code == 2 and reason in result.err, command
        laid.unlink()
    result = cli.inside("export", "--yes", str(name))
    assert result.code == 2 and "belongs to another user" in result.err
    os.set_blocking(ours, False)
    with pytest.raises(BlockingIOError):
        os.read(ours, 10_000)
    for end in (ours, theirs):
        os.close(end)


def test_backup_to_a_device_is_refused_and_an_export_is_written_to_it(cli: Command, tmp_path: Path) -> None:
    (tmp_path / "nothing").symlink_to("/dev/null")
    for path in ("/dev/null", str(tmp_path / "nothing")):
        result = cli.inside("backup", "--yes", path)
        assert result.code == 2 and "is a device" in result.err
        assert cli.inside("export", path).code == 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux has /proc")
def test_pipe_that_the_shell_opened_is_written_to(cli: Command) -> None:
    reader, writer = os.pipe()
    assert cli.inside("export", f"/dev/fd/{writer}").code == 0
    assert b"Baker" in os.read(reader, 10_000)
    for end in (reader, writer):
        os.close(end)


EXCHANGED = """
import os, sys
from pathlib import Path
from clientsync_tui.host.named_file import writing
pipe, away, victim = map(Path, sys.argv[1:])
reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
def exchange(event, arguments):
    if event == "open" and Path(str(arguments[0])).name == pipe.name and arguments[1] is None and not pipe.is_symlink() and pipe.is_fifo():
        pipe.rename(away)
        {puts}
sys.addaudithook(exchange)
with writing(pipe, replace=True) as file:
    file.write(b"written")
"""


@pytest.mark.parametrize("puts", ["pipe.symlink_to(victim)", "os.link(victim, pipe)"])
def test_file_swapped_for_a_pipe_is_not_written_to(tmp_path: Path, puts: str) -> None:
    pipe, victim = tmp_path / "pipe", tmp_path / "victim"
    victim.write_text("stays as it is")
    os.mkfifo(pipe)
    words = [sys.executable, "-c", EXCHANGED.format(puts=puts), pipe, tmp_path / "away", victim]
    process = subprocess.run(words, capture_output=True, text=True)
    assert (tmp_path / "away").is_fifo(), "it was replaced"
    assert process.returncode == 1 and "can't be written" in process.stderr
    assert victim.read_text() == "stays as it is"
