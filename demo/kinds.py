"""The kinds of secrets that an image must not contain, of VM 1 or not: private keys, password hashes, SSH host keys, machine-ids.

Keys and hashes are recognized by their form, in files and in blocks; host keys and machine-ids by the places where systems keep them.
The content of an unmodified file of a Debian package is exempt: packages contain keys and hashes for their tests and as examples.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST = 16 * 1024
"""As many bytes as a private key may have: those of an RSA key with 16384 bits are 12 KiB of text."""


@dataclass(frozen=True)
class Kind:
    """Secrets of one form: the check they belong to, their name, the words they begin with, and the form that follows each word."""

    check: str
    name: str
    words: tuple[bytes, ...]
    form: re.Pattern[bytes]
    """The group `secret` is what makes one secret different from another; it may be broken into lines."""

    def at_start(self, data: bytes) -> bytes | None:
        """The secret at the beginning of the data."""
        return _secret(self.form.match(data))

    def all_in(self, data: bytes) -> set[bytes]:
        """All secrets of this form in the data."""
        return {secret for match in self.form.finditer(data) if (secret := _secret(match))}


_BREAK = rb"(?:\s|\\+[nrt])"  # also as JSON and source code spell a line break
_BREAKS = re.compile(_BREAK)
_BASE64 = rb"(?:[A-Za-z0-9+/]" + _BREAK + rb"*){%d,}"
_HEADERS = _BREAK + rb"+(?:[A-Za-z][\w-]{1,30}:[^\n\\]{0,200}" + _BREAK + rb"+)*"


def _secret(match: re.Match[bytes] | None) -> bytes | None:
    return _BREAKS.sub(b"", match["secret"]) if match else None


PRIVATE_KEY, PASSWORD_HASH, HOST_KEY, MACHINE_ID = "any private key", "any password hash", "any SSH host key", "any machine-id"
CHECKS = {PRIVATE_KEY: "private_key", PASSWORD_HASH: "password_hash", HOST_KEY: "host_key", MACHINE_ID: "machine_id"}
"""The check to which each kind belongs."""


def _kind(name: str, words: tuple[bytes, ...], form: bytes) -> Kind:
    return Kind(CHECKS[name], name, words, re.compile(form))


KINDS = (
    _kind(
        PRIVATE_KEY,
        (b"-----BEGIN ", b"---- BEGIN SSH2 "),
        rb"----(?:-BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----| BEGIN SSH2 [A-Z ]{0,20}PRIVATE KEY ----)"
        + (_HEADERS + rb"(?P<secret>" + _BASE64 % 60 + rb")"),
    ),
    # The beginning of the base64 text "openssh-key-v1": a key whose header was overwritten, or that has none.
    _kind(PRIVATE_KEY, (b"b3BlbnNzaC1rZXktdjE",), rb"(?P<secret>b3BlbnNzaC1rZXktdjE" + _BASE64 % 100 + rb")"),
    _kind(
        PRIVATE_KEY,
        (b"PuTTY-User-Key-File-",),
        rb"PuTTY-User-Key-File-\d: [\s\S]{0,9000}?Private-Lines: \d+\s+(?P<secret>" + _BASE64 % 40 + rb")",
    ),
    # The forms of crypt(5): a method, its parameters and salt, and the hash.
    _kind(
        PASSWORD_HASH,
        tuple(b"$%s$" % method for method in b"1 2 2a 2b 2x 2y 3 5 6 7 y gy sm3 sm3y sha1 apr1".split()) + (b"$md5",),
        rb"(?P<secret>\$(?:[1-7y]|2[abxy]|gy|sm3y?|sha1|apr1|md5[^$\s]{0,20})\$(?:[^$:\s\x00]{0,100}\$){1,3}[./0-9A-Za-z]{20,})",
    ),
)


@dataclass(frozen=True)
class Packaged:
    """The checksums of all files that the packages of one file system have brought."""

    checksums: frozenset[str]

    @classmethod
    def of(cls, root: Path) -> Packaged:
        """The checksums that dpkg has noted below a root folder; none without dpkg."""
        lists = (root / "var/lib/dpkg/info").glob("*.md5sums")
        status = root / "var/lib/dpkg/status"  # it lists the configuration files, which the other lists leave out
        sums = {line[:32] for each in lists for line in each.read_text(errors="replace").splitlines()}
        if status.is_file():
            sums |= set(re.findall(r"^ /.* ([0-9a-f]{32})(?: obsolete)?$", status.read_text(errors="replace"), re.MULTILINE))
        return cls(frozenset(sums))

    def contains(self, content: bytes) -> bool:
        """Whether a file with this content is a packaged file, unmodified, wherever it is."""
        return hashlib.md5(content, usedforsecurity=False).hexdigest() in self.checksums


_HOST_KEY_FILE = re.compile(r"(?:ssh_host_.*key|dropbear_.*host_key)")
_ID = r"(?!0{32})[0-9a-f]{32}"
_ID_FILE = re.compile(r"(?:etc/machine-id|(?:var/)?lib/dbus/machine-id|etc/kernel/entry-token)")
_ID_CONTENT = re.compile(rf"{_ID}\s*")
_ID_FOLDER = re.compile(rf"(?:(?:.*/)?journal/{_ID}(?:\..+)?|(?:(?:boot|efi|boot/efi)/)?{_ID})")
_ID_ENTRY = re.compile(rf"(?:.*/)?(?:loader/entries/{_ID}-.*\.conf|(?:vmlinuz|initramfs)-0-rescue-{_ID}.*)")
_PASSWORDS = re.compile(r"etc/(?:passwd|shadow|group|gshadow)-?")
_OLD_HASH = re.compile(r"!*(?:[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19})")  # traditional DES, which has no method in front


def by_place(path: Path, relative: str, packaged: Packaged) -> Iterator[str]:
    """The kinds that a file or folder is by its place in a file system."""
    if path.is_symlink():
        return
    if path.is_dir():
        if _ID_FOLDER.fullmatch(relative):
            yield MACHINE_ID
        return
    if _ID_ENTRY.fullmatch(relative):
        yield MACHINE_ID
    if _ID_FILE.fullmatch(relative) and _ID_CONTENT.fullmatch(path.read_text(errors="replace").replace("-", "").lower()):
        yield MACHINE_ID
    if _HOST_KEY_FILE.match(path.name) and (content := path.read_bytes()) and not packaged.contains(content):
        yield HOST_KEY
    if _PASSWORDS.fullmatch(relative) and any(map(_has_old_hash, path.read_text(errors="replace").splitlines())):
        yield PASSWORD_HASH


def _has_old_hash(line: str) -> bool:
    return bool(_OLD_HASH.fullmatch(line.split(":")[1])) if ":" in line else False
