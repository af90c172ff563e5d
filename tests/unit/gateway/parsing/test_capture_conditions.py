# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing what decides whether a VM can be captured."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, VM
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.rights import Permission, Rights
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.disk import parse_disk
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.rights import parse_rights
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.vm import parse_vm

from tests.support.ids import an_id


def vm(storage: dict[str, Any], *codes: str) -> Any:
    """A VM with this storage profile and these status codes."""
    view = {"statuses": [{"code": code} for code in codes]}
    properties = {"storageProfile": {"osDisk": {"name": "os"}, **storage}, "instanceView": view}
    return parse_vm({"id": str(an_id(VM, "g", "v")), "location": "westeurope", "properties": properties})


def test_a_hibernated_vm_is_deallocated_and_more():
    hibernated = vm({}, "PowerState/deallocated", "HibernationState/Hibernated")
    assert (hibernated.power, hibernated.hibernated) == ("deallocated", True)
    assert vm({}, "PowerState/deallocated").hibernated is False
    assert vm({}, "PowerState/deallocated", "HibernationState/NotHibernated").hibernated is False


def test_the_disk_controller_of_a_vm_is_parsed():
    assert vm({"diskControllerType": "NVMe"}).disk_controller == "NVMe"
    assert vm({}).disk_controller is None


@pytest.mark.parametrize(
    ("settings", "encrypted"), [({"enabled": True, "diskEncryptionKey": {}}, True), ({"enabled": False}, False), (None, False)]
)
def test_disk_encryption_is_parsed_from_the_vm_and_from_the_disk(settings, encrypted):
    assert vm({"osDisk": {"name": "os", "encryptionSettings": settings}}).os_disk.encrypted is encrypted
    raw = {"id": str(an_id(DISK, "g", "d")), "location": "westeurope", "properties": {"encryptionSettingsCollection": settings}}
    assert parse_disk(raw).encrypted is encrypted


def test_rights_are_parsed_and_an_unfinished_list_proves_nothing():
    value = [{"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"], "dataActions": []}, {"actions": None}]
    assert parse_rights({"value": value}) == Rights((Permission(("*",), ("Microsoft.Authorization/*/Write",)), Permission()))
    assert parse_rights({"value": value, "nextLink": "https://x"}).unread == "Azure's answer has more than one page"
