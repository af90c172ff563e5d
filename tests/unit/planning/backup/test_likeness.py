# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots and restored disks are like their originals: protected, as fast, with the same system and with the same tags."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.limits import LONGEST_TAG_VALUE
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.protection import Protection
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.plan import plan_backup
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.restore import plan_restore

from tests.support.backups import NOW, REQUEST, SNAPSHOTS
from tests.support.capture_values import DATA_DISK, OS_DISK, RUNNING_VM

PRIVATE = Protection("AllowPrivate", "/access", "Disabled", "AzureActiveDirectory", "EncryptionAtRestWithCustomerKey", "/set")
CAPABILITIES = {"architecture": "Arm64", "diskControllerTypes": "SCSI, NVMe"}
TRAITS = {"storage_account_type": "Premium_LRS", "zones": ("2",)}
OS_LIKE = replace(OS_DISK, **TRAITS, protection=PRIVATE, capabilities=CAPABILITIES, hibernation=True, tier="P30", bursting=True)
SLOW = replace(DATA_DISK, tier="E10", iops=500, mbps=60, max_shares=1, protection=Protection("DenyAll", public_network_access="Disabled"))


def taken(data=DATA_DISK, os=OS_DISK, request=REQUEST):
    """The request bodies of the snapshots of two disks, and the warnings."""
    plan = plan_backup(request, Observed(vm=RUNNING_VM, disks=(os, data)), NOW)
    return [step.body for step in plan.steps], plan.warnings


def restored(data=DATA_DISK, os=OS_DISK, request=REQUEST):
    """The request bodies of the disks that are made from such snapshots, which have the properties that were asked for."""
    bodies, _warnings = taken(data, os)
    found = tuple(
        replace(snapshot, tags=body["tags"], protection=disk.protection, capabilities=disk.capabilities, hibernation=disk.hibernation)
        for snapshot, body, disk in zip(SNAPSHOTS, bodies, (os, data), strict=True)
    )
    return [step.body for step in plan_restore(request, Observed(snapshots=found)).steps]


@pytest.mark.parametrize("copies", [lambda **disks: taken(**disks)[0], restored], ids=["snapshots", "restored disks"])
def test_a_copy_is_protected_like_its_original_and_has_the_same_system(copies):
    os, data = (body["properties"] for body in copies(os=OS_LIKE, data=SLOW))
    assert PRIVATE.as_body().items() <= os.items()
    assert (os["osType"], os["hyperVGeneration"], os["supportedCapabilities"]) == ("Linux", "V2", CAPABILITIES)
    assert (os["supportsHibernation"], "securityProfile" in os) == (True, False)
    assert (data["networkAccessPolicy"], data["publicNetworkAccess"]) == ("DenyAll", "Disabled")
    assert {"osType", "supportedCapabilities", "diskAccessId", "encryption"} & data.keys() == set()


def test_a_restored_disk_is_as_fast_as_its_original():
    os, data = restored(os=OS_LIKE, data=SLOW)
    assert (os["sku"], os["zones"]) == ({"name": "Premium_LRS"}, ["2"])
    assert (os["properties"]["tier"], os["properties"]["burstingEnabled"]) == ("P30", True)
    assert {"tier", "burstingEnabled", "maxShares", "diskIOPSReadWrite", "diskMBpsReadWrite"} & data["properties"].keys() == set()


@pytest.mark.parametrize("kind", ["UltraSSD_LRS", "PremiumV2_LRS"])
def test_a_restored_disk_has_the_performance_that_was_chosen_for_its_original(kind):
    fast = replace(DATA_DISK, storage_account_type=kind, iops=80000, mbps=1200, max_shares=3, sector_size=512, zones=("1",))
    data = restored(data=fast)[1]
    properties = data["properties"]
    assert (properties["diskIOPSReadWrite"], properties["diskMBpsReadWrite"], properties["maxShares"]) == (80000, 1200, 3)
    assert (properties["creationData"]["logicalSectorSize"], data["zones"]) == (512, ["1"])
    assert max(map(len, taken(data=fast)[0][1]["tags"].values())) <= LONGEST_TAG_VALUE


COSTS = replace(OS_DISK, tags={"cost": "42", "Owner": "me", "goldenimage.purpose": "upload"})


def test_the_tags_of_the_original_are_on_every_copy():
    for body in (taken(os=COSTS)[0][0], restored(os=COSTS)[0]):
        assert {name: value for name, value in body["tags"].items() if not name.startswith(tag.PREFIX)} == {"cost": "42", "Owner": "me"}
        assert body["tags"][tag.PURPOSE] != "upload"


@pytest.mark.parametrize(("append", "tags"), [(True, {"cost": "43", "owner": "me"}), (False, {"cost": "43"})])
@pytest.mark.parametrize("copies", [lambda **given: taken(**given)[0], restored], ids=["snapshots", "restored disks"])
def test_the_tags_of_the_user_are_on_every_copy_and_prevail(copies, append, tags):
    body = copies(os=COSTS, request=replace(REQUEST, tags={"cost": "43"}, append_tags=append))[0]
    assert {name.casefold(): value for name, value in body["tags"].items() if not name.startswith(tag.PREFIX)} == tags


def test_tags_for_which_a_copy_has_no_room_are_left_out_with_a_warning():
    full = replace(OS_DISK, tags={f"t{number:02}": "x" for number in range(50)})
    bodies, warnings = taken(os=full, request=replace(REQUEST, tags={"cost": "42"}))
    assert (len(bodies[0]["tags"]), bodies[0]["tags"]["cost"], bodies[0]["tags"]["t00"]) == (50, "42", "x")
    assert "t49" in warnings[0]
    assert "does not get the tags" in warnings[0]
    assert len(restored(os=full, request=replace(REQUEST, tags={"cost": "42"}))[0]["tags"]) <= 50


def test_more_tags_of_the_user_than_fit_are_refused_before_anything_is_written():
    with pytest.raises(InvalidRequest, match="more than the 50"):
        taken(request=replace(REQUEST, tags={f"t{number}": "x" for number in range(45)}))
