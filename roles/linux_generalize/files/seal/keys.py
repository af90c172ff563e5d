# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files with the public keys that open accounts, at the places where the SSH server looks for them."""

from __future__ import annotations

import glob
import os
import pwd
from collections.abc import Collection, Iterator

from accounts import local_accounts
from system import read

SERVER_SETTINGS = ("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/*.conf")
DEFAULT = (".ssh/authorized_keys", ".ssh/authorized_keys2")


def authorized_keys(users: Collection[str]) -> list[str]:
    """The files with the keys of these accounts that no other account reads."""
    accounts = list(local_accounts())
    own = {path for entry in accounts if entry.pw_name in users for path in files_of(entry)}
    others = {path for entry in accounts if entry.pw_name not in users for path in files_of(entry)}
    return sorted(own - others)


def files_of(entry: pwd.struct_passwd) -> Iterator[str]:
    """The files with the keys of an account. Its home may be reached through a link, as when /home is one."""
    return key_files(entry.pw_name, os.path.realpath(entry.pw_dir or "/"), entry.pw_uid)


def key_files(user: str, home: str, uid: int) -> Iterator[str]:
    """The files in which the SSH server looks for the keys of an account: %u, %h, %U and %% stand for its properties."""
    for pattern in (*DEFAULT, *settings()):
        if pattern.lower() != "none":
            path = pattern
            for sign, value in (("%%", "\0"), ("%u", user), ("%h", home), ("%U", str(uid)), ("\0", "%")):
                path = path.replace(sign, value)
            yield path if path.startswith("/") else f"{home}/{path}"


def settings() -> Iterator[str]:
    """The values of AuthorizedKeysFile in the settings of the SSH server, those for single accounts included."""
    for path in (path for pattern in SERVER_SETTINGS for path in sorted(glob.glob(pattern))):
        for line in read(path).splitlines():
            words = line.replace("=", " ", 1).split()
            if words and words[0].lower() == "authorizedkeysfile":
                yield from (word.strip('"') for word in words[1:])
