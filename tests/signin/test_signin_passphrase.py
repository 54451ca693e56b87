"""Where the passphrase of the keyring file comes from."""

import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import pytest

from clientsync_tui.practice.trouble import KeyringTrouble
from clientsync_tui.signin.keyrings.passphrase import PassphraseNeeded, passphrase


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLIENTSYNC_PASSPHRASE_FD", "CLIENTSYNC_PASSPHRASE_FILE", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FileIO, FileIO]]:
    """The reading end is the descriptor that is named."""
    reading, writing = os.pipe()
    monkeypatch.setenv("CLIENTSYNC_PASSPHRASE_FD", str(reading))
    with FileIO(reading) as read, FileIO(writing, "w") as write:
        yield read, write


def asked() -> str:
    return passphrase(None, new=False)


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b""])
def test_descriptor_gives_its_first_line_and_no_more_is_read(pipe: tuple[FileIO, FileIO], ends: bytes):
    pipe[1].write("öpen sesame".encode() + ends + (b"the command's own\n" if ends else b""))
    if not ends:
        pipe[1].close()
    assert asked() == "öpen sesame"
    if ends:
        assert pipe[0].read(100) == b"the command's own\n"


def test_descriptor_goes_before_a_file_of_the_environment(
    pipe: tuple[FileIO, FileIO], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CLIENTSYNC_PASSPHRASE_FILE", "/nowhere")
    pipe[1].write(b"open sesame\n")
    assert asked() == "open sesame"


def test_descriptor_that_was_read_already_is_reported(pipe: tuple[FileIO, FileIO]):
    pipe[1].write(b"open sesame\n")
    pipe[1].close()
    assert asked() == "open sesame"
    with pytest.raises(KeyringTrouble, match="can be read once"):
        asked()


@pytest.mark.parametrize("number", ["nine", "-1", "99999", "9" * 30, "1e3"])
def test_invalid_descriptor_is_reported(monkeypatch: pytest.MonkeyPatch, number: str):
    monkeypatch.setenv("CLIENTSYNC_PASSPHRASE_FD", number)
    with pytest.raises(KeyringTrouble, match="not a descriptor"):
        asked()


def test_bytes_that_are_not_text_are_reported_but_not_shown(pipe: tuple[FileIO, FileIO]):
    pipe[1].write(b"\xff\xfesecret\n")
    with pytest.raises(KeyringTrouble, match="UTF-8") as caught:
        asked()
    assert "secret" not in str(caught.value)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "passphrase"
    file.touch(mode=0o600)
    file.write_text("open sesame\r\n")
    monkeypatch.setenv("CLIENTSYNC_PASSPHRASE_FILE", str(file))
    return file


def test_file_gives_it_without_its_line_end(file: Path):
    assert asked() == "open sesame"


def test_link_to_a_file_is_not_followed(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    link = tmp_path / "link"
    link.symlink_to(file)
    monkeypatch.setenv("CLIENTSYNC_PASSPHRASE_FILE", str(link))
    with pytest.raises(KeyringTrouble, match="symbolic link"):
        asked()


def test_pipe_is_not_waited_for(file: Path):
    file.unlink()
    os.mkfifo(file, 0o600)
    with pytest.raises(KeyringTrouble, match="not a regular file"):
        asked()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_file_of_another_user_is_refused(file: Path):
    os.chown(file, 65534, -1)
    with pytest.raises(KeyringTrouble, match="another user"):
        asked()


def test_without_a_passphrase_every_way_to_give_one_is_named():
    with pytest.raises(PassphraseNeeded) as caught:
        asked()
    for way in ("CLIENTSYNC_PASSPHRASE_FILE", "CLIENTSYNC_PASSPHRASE_FD", "clientsync-passphrase"):
        assert way in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_file_that_windows_wrote_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    file = tmp_path / "passphrase"
    file.touch(mode=0o600)
    file.write_bytes("öpen sesame\r\n".encode(encoding))
    monkeypatch.setenv("CLIENTSYNC_PASSPHRASE_FILE", str(file))
    assert passphrase(None, new=True) == "öpen sesame"
