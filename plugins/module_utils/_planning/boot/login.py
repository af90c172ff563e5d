# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host name, the first user, its password and its keys in a new VM: Azure would refuse them only while it creates the VM.

https://learn.microsoft.com/rest/api/compute/virtual-machines/create-or-update#osprofile
"""

from __future__ import annotations

import re

from ..._core.errors import InvalidRequest
from ..._core.limits import LONGEST_COMPUTER_NAME, LONGEST_USER_NAME, PASSWORD_KINDS, PASSWORD_LENGTHS
from .request import BootRequest
from .ssh_key import require_public_key

RESERVED_USERS = frozenset(
    (
        *("administrator", "admin", "user", "user1", "test", "user2", "test1", "user3", "admin1", "1", "123", "a", "actuser", "adm"),
        *("admin2", "aspnet", "backup", "console", "david", "guest", "john", "owner", "root", "server", "sql", "support"),
        *("support_388945a0", "sys", "test2", "test3", "user4", "user5"),
    )
)
RESERVED_PASSWORDS = frozenset(
    (
        *("abc@123", "P@$$w0rd", "P@ssw0rd", "P@ssword123", "Pa$$word", "pass@word1", "Password!", "Password1", "Password22"),
        "iloveyou!",
    )
)
HOST = {"Linux": re.compile(r"[A-Za-z0-9.-]+"), "Windows": re.compile(r"(?![0-9]+$)[A-Za-z0-9-]+")}
HOST_RULES = {"Linux": "letters, digits, '.' and '-' only", "Windows": "letters, digits and '-' only, and not digits alone"}


def require_login(request: BootRequest, os_type: str) -> None:
    """Check the login of a VM from a generalized image: Azure requires a host name and a first user."""
    _require_host(request, os_type)
    if not request.admin_username:
        raise InvalidRequest("admin_username: a VM from a generalized image must have a first user.")
    _require_user(request.admin_username, os_type)
    if os_type == "Windows" and not request.admin_password:
        raise InvalidRequest("admin_password: a Windows VM must have one.")
    if not request.admin_password and not request.ssh_public_keys:
        raise InvalidRequest("ssh_public_keys: give ssh_public_keys or admin_password, because no one could log in otherwise.")
    for number, key in enumerate(request.ssh_public_keys, start=1):
        require_public_key(number, key)
    if request.admin_password:
        _require_password(request.admin_password, os_type)


def require_no_login(request: BootRequest, name: str) -> None:
    """Refuse a login, a host name and custom data for a VM from a specialized image: Azure has no place for them."""
    options = ("admin_username", "admin_password", "ssh_public_keys", "custom_data", "computer_name")
    if given := [option for option in options if getattr(request, option)]:
        raise InvalidRequest(
            f"{given[0]}: {name} is specialized, so a VM from it keeps its users and its host name, and Azure would answer "
            f"\"Parameter 'osProfile' is not allowed\": omit {', '.join(given)}."
        )


def _require_host(request: BootRequest, os_type: str) -> None:
    option, name = ("computer_name", request.computer_name) if request.computer_name else ("name", request.vm.name)
    if len(name) > LONGEST_COMPUTER_NAME[os_type] or not HOST[os_type].fullmatch(name):
        hint = "" if request.computer_name else ", or give computer_name"
        raise InvalidRequest(
            f"{option}: {name!r} cannot be the host name of a {os_type} VM: "
            f"use 1 to {LONGEST_COMPUTER_NAME[os_type]} characters, {HOST_RULES[os_type]}{hint}."
        )


def _require_user(name: str, os_type: str) -> None:
    if name.casefold() in RESERVED_USERS:
        raise InvalidRequest(f"admin_username: {name!r} is a name that Azure does not allow for the first user; choose another one.")
    if len(name) > LONGEST_USER_NAME[os_type]:
        raise InvalidRequest(f"admin_username: must have 1 to {LONGEST_USER_NAME[os_type]} characters for {os_type}.")
    if os_type == "Windows" and name.endswith("."):
        raise InvalidRequest("admin_username: must not end with '.' for Windows.")


def _require_password(password: str, os_type: str) -> None:
    """Check a password. The error shows neither the password nor what it lacks."""
    shortest, longest = PASSWORD_LENGTHS[os_type]
    kinds = sum(bool(re.search(pattern, password)) for pattern in (r"[A-Z]", r"[a-z]", r"\d", r"[\W_]"))
    if not shortest <= len(password) <= longest or kinds < PASSWORD_KINDS or re.search(r"[\x00-\x1f]", password):
        raise InvalidRequest(
            f"admin_password: Azure accepts {shortest} to {longest} characters for {os_type}, of at least three of the four kinds"
            " upper case, lower case, digits and special characters, and no control characters."
        )
    if password in RESERVED_PASSWORDS:
        raise InvalidRequest("admin_password: Azure does not allow this very common password; choose another one.")
