"""Configuration and data are private; files that another user could have changed are not used."""

import os
import stat
from pathlib import Path

import pytest

from clientsync_tui import logbook
from clientsync_tui.config.reading import load
from clientsync_tui.config.writing import set_values
from clientsync_tui.host import file_permissions
from clientsync_tui.practice.trouble import KeyringTrouble, UsageError
from clientsync_tui.signin.keyrings.encrypted_file import EncryptedFile
from tests.support.command import Command, environment


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "config" / "config.toml"
    file.parent.mkdir(mode=0o700)
    file.touch(mode=0o600)
    file.write_text('[practice]\nname = "A & B"\n')
    return file


@pytest.mark.parametrize("mode", [0o602, 0o622, 0o666, 0o646])
def test_configuration_that_others_can_change_is_refused_with_what_to_do(file: Path, mode: int):
    """It says where tokens are sent, and which command opens a link."""
    file.chmod(mode)
    with pytest.raises(UsageError, match=f"others can change it: `chmod go-w {file}`"):
        load(file)


def test_configuration_that_others_can_only_read_is_used(file: Path):
    file.chmod(0o644)
    assert load(file).practice.name == "A & B"


def test_configuration_in_a_folder_others_can_write_to_is_refused(file: Path):
    file.parent.chmod(0o777)
    with pytest.raises(UsageError, match=f"others can change it: `chmod go-w {file.parent}`"):
        load(file)
    file.parent.chmod(0o1777)
    assert load(file).practice.name == "A & B", "in a folder like /tmp, no other user can replace it"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_configuration_of_another_user_is_refused(file: Path):
    os.chown(file, 65534, -1)
    with pytest.raises(UsageError, match="belongs to another user"):
        load(file)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change a file's group to any")
def test_group_of_its_own_that_a_distribution_gives_each_user_counts_as_the_user(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    file.chmod(0o664)
    assert load(file).practice.name == "A & B"
    os.chown(file, -1, 65534)
    with pytest.raises(UsageError, match="others can change it"):
        load(file)


def test_link_to_where_a_person_keeps_such_files_stays_one(file: Path, tmp_path: Path):
    link = tmp_path / "config.toml"
    link.symlink_to(file)
    set_values(link, ("practice",), {"name": "C"})
    assert link.is_symlink() and load(link).practice.name == "C"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_every_folder_above_the_configuration_is_checked(file: Path, tmp_path: Path):
    """A link into a folder that others can write to, and a folder that others can rename."""
    shared, link = tmp_path / "shared", tmp_path / "link.toml"
    shared.mkdir()
    (shared / "near").symlink_to(file.parent)
    link.symlink_to(shared / "near" / "config.toml")
    assert load(link).practice.name == "A & B"
    shared.chmod(0o777)
    with pytest.raises(UsageError, match=f"others can change it: `chmod go-w {shared}`"):
        load(link)
    shared.chmod(0o1777)
    assert load(link).practice.name == "A & B"
    deep = shared / "deep" / "config" / "config.toml"
    deep.parent.mkdir(parents=True)
    deep.write_bytes(file.read_bytes())
    shared.chmod(0o777)
    with pytest.raises(UsageError, match=f"others can change it: `chmod go-w {shared}`"):
        load(deep)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a link away")
def test_configuration_behind_another_users_link_is_refused(file: Path, tmp_path: Path):
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    os.lchown(link, 65534, 65534)
    with pytest.raises(UsageError, match=f"{link} belongs to another user"):
        load(link)


def test_links_in_a_circle_are_no_configuration(tmp_path: Path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(UsageError, match="can't be read"):
        load(tmp_path / "a")


def test_secret_in_a_folder_that_others_can_rename_is_refused(tmp_path: Path):
    secret = tmp_path / "shared" / "private" / "passphrase"
    secret.parent.mkdir(parents=True, mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text("open sesame")
    assert file_permissions.read_secret(secret, 100) == b"open sesame"
    (tmp_path / "shared").chmod(0o777)
    with pytest.raises(OSError, match="others can change it"):
        file_permissions.read_secret(secret, 100)
    with pytest.raises(KeyringTrouble, match="others can change it"):
        EncryptedFile(secret.parent / "keyring.bin", lambda new: "open sesame").get_password("a", "b")


def test_new_files_are_private_whatever_the_umask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in environment(tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("open sesame")
    monkeypatch.setenv("CLIENTSYNC_PASSPHRASE_FILE", str(passphrase))
    monkeypatch.setenv(
        "PYTHON_KEYRING_BACKEND", "clientsync_tui.signin.keyrings.encrypted_file.EncryptedFile"
    )
    path = tmp_path / "home" / "config" / "clientsync" / "config.toml"
    before = os.umask(0)
    try:
        set_values(path, ("practice",), {"name": "A"})
        logbook.write(RuntimeError())
        command = Command(path)
        assert command.inside("clients").code == 0
        assert command.inside("doctor").code == 0
        command.inside("backup", str(tmp_path / "home" / "copy.db"))
    finally:
        os.umask(before)
    paths = [path for path in (tmp_path / "home").rglob("*") if path.exists()]
    assert {"config.toml", "practice.db", "copy.db", "errors.log", "keyring.bin"} <= {
        path.name for path in paths
    }
    open_to_others = {
        str(path): oct(stat.S_IMODE(path.stat().st_mode))
        for path in paths
        if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
    }
    assert open_to_others == {}


def test_folder_planted_by_another_user_is_not_used(tmp_path: Path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (tmp_path / "locks").symlink_to(victim)
    with pytest.raises(OSError, match="not a folder"):
        file_permissions.make_own_folder(tmp_path / "locks")
    victim.chmod(0o777)
    with pytest.raises(OSError, match="others can change it"):
        file_permissions.make_own_folder(victim)
    file_permissions.make_own_folder(tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_log_of_errors_is_not_written_through_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    victim = tmp_path / "victim"
    victim.write_text("stays")
    file_permissions.make_folder(logbook.path().parent)
    logbook.path().symlink_to(victim)
    assert logbook.write(RuntimeError()) is None
    assert victim.read_text() == "stays"
