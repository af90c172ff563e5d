# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host name, first user and password of a new VM are checked, and no error shows the password."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.login import require_login
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


def test_only_windows_refuses_a_user_that_ends_with_a_period():
    require_login(replace(REQUEST, admin_username="me."), "Linux")


def test_a_specialized_disk_has_its_users_and_its_host_name():
    require_login(BootRequest(vm=ResourceId.of(VM, "g", "my_vm"), os_disk=ResourceId.of(DISK, "g", "d")), "Linux")
