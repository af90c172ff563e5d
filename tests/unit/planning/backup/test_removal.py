# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing a backup deletes its snapshots and no others."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import SNAPSHOT
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.removal import plan_removal

from tests.support.backups import DATA_SNAPSHOT, OS_SNAPSHOT, REQUEST, SNAPSHOTS, in_backup
from tests.support.capture_values import VM_ID
from tests.support.ids import an_id


def test_removal_deletes_the_backups_of_recreated_vms_too_and_nothing_else():
    former = in_backup(OS_SNAPSHOT, "old/before-generalize")
    other = in_backup(OS_SNAPSHOT, f"{VM_ID}/weekly")
    strange = replace(OS_SNAPSHOT, id=an_id(SNAPSHOT, "build", "strange"), tags={})
    steps = plan_removal(REQUEST, Observed(snapshots=(*SNAPSHOTS, former, other, strange))).steps
    assert {step.snapshot.name for step in steps} == {OS_SNAPSHOT.id.name, DATA_SNAPSHOT.id.name, former.id.name}
    assert plan_removal(REQUEST, Observed()).steps == ()
