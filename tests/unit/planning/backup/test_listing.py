# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of backups: which ones they hold, and in what order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.backups import backups_in
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.listing import BackupListRequest, chosen_backups

from tests.support.backups import SNAPSHOTS, in_backup
from tests.support.capture_values import VM1, VM_ID


def test_a_list_is_sorted_by_time_and_filtered_by_vm_and_name():
    later = tuple(replace(in_backup(each, f"{VM_ID}/weekly"), time_created=parse_time("2026-11-23T00:00:00.000000Z")) for each in SNAPSHOTS)
    everything = (*later, *SNAPSHOTS)
    assert [backup.name for backup in backups_in(everything)] == ["before-generalize", "weekly"]
    assert [backup.complete for backup in backups_in(everything[:3])] == [False, True]
    chosen = {
        "all": BackupListRequest(),
        "name": BackupListRequest(name="Weekly"),
        "vm": BackupListRequest(vm=VM1),
        "anywhere": BackupListRequest(vm_name="WEB1"),
        "stranger": BackupListRequest(vm_name="web2"),
    }
    counts = {key: len(chosen_backups(request, everything)) for key, request in chosen.items()}
    assert counts == {"all": 2, "name": 1, "vm": 2, "anywhere": 2, "stranger": 0}


@pytest.mark.parametrize(("params", "request_"), [
    ({"vm": "web1", "resource_group": "build", "name": None}, BackupListRequest(vm=VM1, resource_group="build")),
    ({"vm": "web1", "resource_group": None, "name": "n"}, BackupListRequest(vm_name="web1", name="n")),
    ({"vm": str(VM1), "resource_group": None, "name": None}, BackupListRequest(vm=VM1)),
    ({"vm": None, "resource_group": None, "name": None}, BackupListRequest()),
])  # fmt: skip
def test_a_list_request_is_read_from_the_options(params, request_):
    assert BackupListRequest.from_params(params).within(VM1.subscription) == request_
