# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing a backup deletes its snapshots and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import SNAPSHOT
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.lock import Lock
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.removal import plan_removal

from tests.support.backups import DATA_SNAPSHOT, OS_SNAPSHOT, REQUEST, SNAPSHOTS, in_backup
from tests.support.capture_values import DATA_DISK_ID, VM_ID
from tests.support.ids import SUBSCRIPTION, an_id

RG = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"


@pytest.mark.parametrize("scope", [f"/subscriptions/{SUBSCRIPTION}", f"{RG}/BUILD", str(DATA_SNAPSHOT.id)])
@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
def test_a_lock_is_named_before_anything_is_deleted(scope, level):
    with pytest.raises(InvalidRequest, match=rf"nothing of it was: lock keep \({level}\) on {scope} forbids to delete snapshot"):
        plan_removal(REQUEST, Observed(snapshots=SNAPSHOTS, locks=(Lock("keep", level, scope),)))


@pytest.mark.parametrize("scope", [f"{RG}/buildings", f"{RG}/build/providers/Microsoft.Compute/snapshots/web1", str(DATA_DISK_ID)])
def test_a_lock_on_something_else_forbids_nothing(scope):
    assert len(plan_removal(REQUEST, Observed(snapshots=SNAPSHOTS, locks=(Lock("keep", "CanNotDelete", scope),))).steps) == 2


def test_removal_deletes_the_backups_of_recreated_vms_too_and_nothing_else():
    former = in_backup(OS_SNAPSHOT, "old/before-generalize")
    other = in_backup(OS_SNAPSHOT, f"{VM_ID}/weekly")
    strange = replace(OS_SNAPSHOT, id=an_id(SNAPSHOT, "build", "strange"), tags={})
    steps = plan_removal(REQUEST, Observed(snapshots=(*SNAPSHOTS, former, other, strange))).steps
    assert {step.snapshot.name for step in steps} == {OS_SNAPSHOT.id.name, DATA_SNAPSHOT.id.name, former.id.name}
    assert plan_removal(REQUEST, Observed()).steps == ()
