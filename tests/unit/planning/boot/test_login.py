# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host name, first user and password of a new VM are checked, and no error shows the password."""

from __future__ import annotations

import base64
import struct
from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.login import require_login, require_no_login
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.request import BootRequest

REQUEST = BootRequest(vm=ResourceId.of(VM, "g", "web-1"), admin_username="me", admin_password="Correct-Horse-9")


@pytest.mark.parametrize("os_type", ["Linux", "Windows"])
@pytest.mark.parametrize("change", [
    {}, {"admin_password": "Ab-3456Z"}, {"admin_password": "under_score1"}, {"computer_name": "h" * 15}, {"admin_username": "u" * 20},
])  # fmt: skip
def test_what_azure_accepts(change, os_type):
    require_login(replace(REQUEST, **change), os_type)


@pytest.mark.parametrize(("os_type", "change", "text"), [
    ("Linux", {"computer_name": "h" * 65}, "^computer_name: .* use 1 to 64 characters"),
    ("Windows", {"computer_name": "h" * 16}, "^computer_name: .* use 1 to 15 characters"),
    ("Windows", {"computer_name": "123"}, "not digits alone.$"),
    ("Windows", {"vm": ResourceId.of(VM, "g", "a-name-of-16-char")}, "^name: .*, or give computer_name.$"),
    ("Linux", {"admin_username": "ROOT"}, "^admin_username: 'ROOT' is a name that Azure does not allow"),
    ("Linux", {"admin_username": "u" * 65}, "^admin_username: must have 1 to 64 characters"),
    ("Windows", {"admin_username": "u" * 21}, "^admin_username: must have 1 to 20 characters"),
    ("Windows", {"admin_username": "me."}, "^admin_username: must not end with '.'"),
    ("Linux", {"admin_password": "Ab-34"}, "^admin_password: Azure accepts 6 to 72 characters for Linux"),
    ("Linux", {"admin_password": "Ab-3" * 19}, "^admin_password: Azure accepts 6 to 72 characters for Linux"),
    ("Windows", {"admin_password": "Ab-3456"}, "^admin_password: Azure accepts 8 to 123 characters for Windows"),
    ("Linux", {"admin_password": "lower-case"}, "three of the four kinds"),
    ("Linux", {"admin_password": "Ab-34567\n"}, "no control characters"),
    ("Linux", {"admin_password": "P@ssw0rd"}, "very common password"),
])  # fmt: skip
def test_what_azure_would_refuse_is_refused_before(os_type, change, text):
    with pytest.raises(InvalidRequest, match=text) as refused:
        require_login(replace(REQUEST, **change), os_type)
    assert change.get("admin_password", "no password") not in refused.value.message


def key_of(kind: str, *fields: bytes) -> str:
    """A line of a .pub file."""
    content = b"".join(struct.pack(">I", len(field)) + field for field in (kind.encode(), *fields))
    return f"{kind} {base64.b64encode(content).decode()} me@home"


ED25519 = key_of("ssh-ed25519", b"k" * 32)
RSA = key_of("ssh-rsa", b"\1\0\1", b"\0" + b"\xff" * 256)
PEM = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----"


@pytest.mark.parametrize("key", [ED25519, f"  {RSA}\n", ED25519.removesuffix(" me@home")])
def test_public_keys_that_azure_takes(key):
    require_login(replace(REQUEST, ssh_public_keys=(key,)), "Linux")


@pytest.mark.parametrize(("key", "text"), [
    ("~/.ssh/id_ed25519.pub", "key 2 is not an SSH public key: give one line of a .pub file"),
    (PEM, "key 2 is not an SSH public key"),
    ("ssh-ed25519 AAAA me", "key 2 is not an SSH public key"),
    ("ssh-ed25519 not/base64! me", "key 2 is not an SSH public key"),
    (ED25519.replace("ssh-ed25519", "ssh-rsa"), "key 2 is not an SSH public key"),
    (f"{ED25519}\n{RSA}", "key 2 is not an SSH public key"),
    ('from="10.0.0.1" ' + ED25519, "key 2 is not an SSH public key"),
    (key_of("ssh-ed25519", b"k" * 31), "key 2 is a damaged SSH public key"),
    (key_of("ecdsa-sha2-nistp256", b"nistp256", b"k" * 65), "key 2 is of the type ecdsa-sha2-nistp256, and Azure takes ssh-ed25519 and"),
    (key_of("ssh-rsa", b"\1\0\1", b"\0" + b"\xff" * 128), "key 2 is an RSA key of 1024 bits, and Azure takes none below 2048 bits"),
])  # fmt: skip
def test_a_text_that_is_not_a_usable_public_key_is_refused_and_not_shown(key, text):
    with pytest.raises(InvalidRequest, match=f"^ssh_public_keys: {text}") as refused:
        require_login(replace(REQUEST, ssh_public_keys=(ED25519, key)), "Linux")
    assert not any(word in refused.value.message for word in key.split() if len(word) > 19)


def test_only_windows_refuses_a_user_that_ends_with_a_period():
    require_login(replace(REQUEST, admin_username="me."), "Linux")


@pytest.mark.parametrize(("given", "text"), [
    ({"admin_username": "me"}, "^admin_username: .*: omit admin_username.$"),
    ({"admin_password": "Correct-Horse-9", "computer_name": "h"}, "^admin_password: .*: omit admin_password, computer_name.$"),
    ({"ssh_public_keys": ("ssh-rsa x",)}, "^ssh_public_keys: "),
    ({"custom_data": "#cloud-config"}, "^custom_data: "),
    ({"computer_name": "h"}, "^computer_name: image i is specialized, .* answer \"Parameter 'osProfile' is not allowed\": "),
])  # fmt: skip
def test_a_specialized_image_keeps_its_users_and_its_host_name(given, text):
    request = BootRequest(vm=ResourceId.of(VM, "g", "my_vm"))
    require_no_login(request, "image i")
    with pytest.raises(InvalidRequest, match=text) as refused:
        require_no_login(replace(request, **given), "image i")
    assert "Correct-Horse" not in refused.value.message
