# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a backup, and the names that follow from them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.names import snapshot_id
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.request import BackupRequest

from tests.support.backups import REQUEST
from tests.support.capture_values import RUNNING_VM, VM1, VM_ID


def test_snapshot_names_are_short_enough_and_differ_for_a_recreated_vm():
    long = replace(REQUEST, vm=replace(VM1, names=("v" * 64,)), name="n" * 40)
    vms = [replace(RUNNING_VM, vm_id=vm_id) for vm_id in (VM_ID, "b" * 36)]
    names = {snapshot_id(long, vm, lun, number).name for vm in vms for lun in (None, 0, 63) for number in (1, 2)}
    assert len(names) == 12
    assert max(map(len, names)) == 80


@pytest.mark.parametrize("name", ["", "-x", "x-", "a/b", "n" * 41])
def test_an_invalid_name_is_refused(name):
    params = {
        "vm": "web1",
        "resource_group": "build",
        "name": name,
        "state": "present",
        "incremental": False,
        "max_age": None,
        "tags": None,
        "append_tags": True,
        "wait_timeout": 3600,
    }
    with pytest.raises(InvalidRequest, match="not a valid name for a backup" if name else "^name: must not be empty.$"):
        BackupRequest.from_params(params)
