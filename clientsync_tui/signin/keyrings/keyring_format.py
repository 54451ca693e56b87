"""The keyring file's format: its header, and how a passphrase becomes the key.

Version 2: `CSKEYS2` and a newline, Argon2id's memory in KiB (4 bytes, big-endian), passes (1 byte) and lanes (1), salt (16), nonce (12),
and the AES-256-GCM ciphertext of a JSON object {service: {name: secret}}. Version 1 (release 0.1): `CSKEYS1` and a newline, log2 of
Scrypt's N (1 byte), salt, nonce, ciphertext; we read it, but write version 2. Everything before the ciphertext is authenticated with it.
"""

import re
import secrets
import struct
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

VERSION = 2
_MAGIC = re.compile(rb"CSKEYS([1-9][0-9]{0,3})\n")
_SALT, _NONCE = 16, 12
_KEY = 32


class Damaged(ValueError):
    """The bytes are not a keyring file."""


class Newer(ValueError):
    """The file has a later version of the format, which is the argument."""


class Derivation(Protocol):
    """How a file's key is derived from its passphrase."""

    @property
    def start(self) -> bytes:
        """The start of the file: everything before the nonce."""
        ...

    def key(self, passphrase: str) -> bytes:
        """The file's key. Slow on purpose."""
        ...


def _salt() -> bytes:
    return secrets.token_bytes(_SALT)


@dataclass(frozen=True, slots=True)
class Argon2:
    """Version 2. The defaults are RFC 9106's second recommendation (section 4): 64 MiB, and at least a tenth of a second."""

    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 4
    salt: bytes = field(default_factory=_salt)

    @property
    def start(self) -> bytes:
        """Magic, cost and salt."""
        return b"CSKEYS2\n" + struct.pack(">IBB", self.memory_kib, self.passes, self.lanes) + self.salt

    def key(self, passphrase: str) -> bytes:
        """Argon2id's output."""
        argon = Argon2id(
            salt=self.salt,
            length=_KEY,
            iterations=self.passes,
            lanes=self.lanes,
            memory_cost=self.memory_kib,
        )
        return argon.derive(passphrase.encode())


@dataclass(frozen=True, slots=True)
class ScryptOf01:
    """Version 1. `cost`: log2 of N."""

    cost: int
    salt: bytes

    @property
    def start(self) -> bytes:
        """Magic, cost and salt."""
        return b"CSKEYS1\n" + bytes([self.cost]) + self.salt

    def key(self, passphrase: str) -> bytes:
        """Scrypt's output."""
        return Scrypt(salt=self.salt, length=_KEY, n=1 << self.cost, r=8, p=1).derive(passphrase.encode())


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file split into its parts."""

    derivation: Derivation
    nonce: bytes
    body: bytes

    def opened(self, key: bytes) -> bytes:
        """The decrypted content. Raises cryptography's InvalidTag if the key is wrong or a bit was changed."""
        return AESGCM(key).decrypt(self.nonce, self.body, self.derivation.start + self.nonce)


def taken_apart(data: bytes) -> Sealed:
    """Parses a file. Raises Damaged or Newer. A cost that would keep this machine busy for minutes counts as damage."""
    magic = _MAGIC.match(data)
    if magic is None:
        raise Damaged
    version = int(magic[1])
    if version > VERSION:
        raise Newer(version)
    rest = data[magic.end() :]
    costs = 1 if version == 1 else 6
    salt, nonce, body = (
        rest[costs : costs + _SALT],
        rest[costs + _SALT : costs + _SALT + _NONCE],
        rest[costs + _SALT + _NONCE :],
    )
    if not body:
        raise Damaged
    if version == 1:
        if not 14 <= rest[0] <= 20:
            raise Damaged
        return Sealed(ScryptOf01(rest[0], salt), nonce, body)
    memory_kib, passes, lanes = struct.unpack(">IBB", rest[:costs])
    if not (1 <= passes <= 16 and 1 <= lanes <= 16 and 8 * lanes <= memory_kib <= 1 << 20):
        raise Damaged
    return Sealed(Argon2(memory_kib, passes, lanes, salt), nonce, body)


def sealed(derivation: Argon2, key: bytes, plain: bytes) -> bytes:
    """A complete file. It gets a new nonce each time: reusing one with the same key breaks AES-GCM."""
    header = derivation.start + secrets.token_bytes(_NONCE)
    return header + AESGCM(key).encrypt(header[-_NONCE:], plain, header)
