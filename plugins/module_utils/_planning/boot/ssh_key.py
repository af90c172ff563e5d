# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH public keys: a text that is not one becomes a user without a login, or is refused while Azure creates the VM.

https://learn.microsoft.com/azure/virtual-machines/linux/mac-create-ssh-keys#supported-ssh-key-formats
"""

from __future__ import annotations

import base64
import struct

from ..._core.errors import InvalidRequest
from ..._core.limits import SHORTEST_RSA_KEY

RSA, ED25519 = "ssh-rsa", "ssh-ed25519"
ED25519_BYTES = 32


def require_public_key(number: int, key: str) -> None:
    """Refuse a key that Azure does not take. The error has its number, and none of its text: it may be a private key."""
    if flaw := _flaw(key):
        raise InvalidRequest(f"ssh_public_keys: key {number} {flaw}.")


def _flaw(key: str) -> str | None:
    """Why a text is not a usable public key, as the end of a sentence."""
    words = key.split()
    fields = _fields(words[1]) if len(words) > 1 and len(key.strip().splitlines()) == 1 else []
    if not fields or fields[0] != words[0].encode():
        return f"is not an SSH public key: give one line of a .pub file, such as '{ED25519} AAAA... name', not a path or a private key"
    if words[0] == ED25519:
        return None if [len(each) for each in fields[1:]] == [ED25519_BYTES] else "is a damaged SSH public key: copy it again"
    if words[0] != RSA:
        return f"is of the type {words[0]}, and Azure takes {ED25519} and {RSA} only"
    bits = int.from_bytes(fields[-1], "big").bit_length()
    return None if bits >= SHORTEST_RSA_KEY else f"is an RSA key of {bits} bits, and Azure takes none below {SHORTEST_RSA_KEY} bits"


def _fields(text: str) -> list[bytes]:
    """The fields of a key, each after its length (RFC 4253, section 6.6); none if the text is not a key."""
    try:
        rest, found = base64.b64decode(text, validate=True), []
        while rest:
            (length,) = struct.unpack_from(">I", rest)
            if len(rest) < 4 + length:
                return []
            found.append(rest[4 : 4 + length])
            rest = rest[4 + length :]
    except (ValueError, struct.error):
        return []
    return found
