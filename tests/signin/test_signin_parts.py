"""Secrets longer than a keyring's entry."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from clientsync_tui.practice.trouble import KeyringTrouble
from clientsync_tui.signin.keyrings import split_secrets

SERVICE, NAME = "clientsync", "xero/practice/xero:me"


class Killed(BaseException):
    """Simulates that the process ends here."""


class Small(KeyringBackend):
    """Accepts what Windows accepts. Ends after `acts` changes."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self.acts: int | None = None

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._act()
        if len(password.encode("utf-16-le")) > 2_560:
            raise OSError(1783, "CredWrite", "The stub received bad data")
        self.held[username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._act()
        if self.held.pop(username, None) is None:
            raise PasswordDeleteError("no such entry")

    def _act(self) -> None:
        if self.acts is not None:
            self.acts -= 1
            if self.acts < 0:
                raise Killed


_SECRETS = st.one_of(
    st.text(max_size=20),
    st.builds(
        lambda text, times: text * times,
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
        st.integers(1, 150),
    ),
    st.sampled_from(
        ["clientsync-parts a 2", "clientsync-parts b 99", "clientsync-parts", "x" * 1_200, "x" * 1_201]
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_SECRETS, min_size=1, max_size=4))
def test_secret_of_any_length_is_read_back_and_deleted_completely(secrets: list[str]):
    backend = Small()
    for secret in secrets:
        split_secrets.write(backend, SERVICE, NAME, secret)
        assert split_secrets.read(backend, SERVICE, NAME) == secret
    pieces = len(backend.held)
    assert pieces == 1 or sum(map(len, backend.held.values())) < len(secrets[-1]) + 40, "the old parts stayed"
    split_secrets.forget(backend, SERVICE, NAME)
    assert backend.held == {} and split_secrets.read(backend, SERVICE, NAME) is None


@pytest.mark.parametrize(("old", "new"), [(50, 3_000), (3_000, 2_000), (2_000, 3_000), (3_000, 50)])
def test_kill_at_any_moment_leaves_the_old_or_the_new_secret_whole(old: int, new: int):
    acts = 0
    while True:
        backend = Small()
        split_secrets.write(backend, SERVICE, NAME, "o" * old)
        backend.acts = acts
        try:
            split_secrets.write(backend, SERVICE, NAME, "n" * new)
        except Killed:
            backend.acts = None
            assert split_secrets.read(backend, SERVICE, NAME) in ("o" * old, "n" * new)
            split_secrets.write(backend, SERVICE, NAME, "l" * 4_000)
            assert split_secrets.read(backend, SERVICE, NAME) == "l" * 4_000
            assert len(backend.held) == 8, "the remains of the kill are removed"
            split_secrets.forget(backend, SERVICE, NAME)
            assert backend.held == {}
        else:
            break
        acts += 1
    assert acts >= 2


def test_secret_too_long_for_a_keyring_is_refused_before_the_old_one_is_touched():
    backend = Small()
    split_secrets.write(backend, SERVICE, NAME, "old")
    with pytest.raises(KeyringTrouble, match="too long"):
        split_secrets.write(backend, SERVICE, NAME, "x" * 60_000)
    assert backend.held == {NAME: "old"}


def test_missing_part_is_reported():
    backend = Small()
    split_secrets.write(backend, SERVICE, NAME, "x" * 3_000)
    del backend.held[f"{NAME}/a3"]
    with pytest.raises(KeyringTrouble, match="missing"):
        split_secrets.read(backend, SERVICE, NAME)


def test_secret_replaced_while_being_read_is_read_again():
    class Racing(Small):
        """Another process replaces the secret between two readings of this one."""

        def get_password(self, service: str, username: str) -> str | None:
            found = super().get_password(service, username)
            if username == NAME and self.racing:
                self.racing = False
                split_secrets.write(self, SERVICE, NAME, "n" * 2_000)
            return found

    backend = Racing()
    backend.racing = False
    split_secrets.write(backend, SERVICE, NAME, "o" * 3_000)
    backend.racing = True
    assert split_secrets.read(backend, SERVICE, NAME) == "n" * 2_000
