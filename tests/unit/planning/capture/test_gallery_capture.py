# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Capturing a VM as a version in a gallery: what is read, which steps are missing, and what ends a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest, Missing, TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import DEALLOCATED
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.in_gallery import interim_id
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.plan import capture
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.recheck import ReplaceableVersion, SameVm, Usable
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.request import CaptureRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.numbers import Place

from tests.support.capture_values import (
    BACKUPS,
    BOOT_LOG,
    CAPTURED,
    DATA_DISK,
    DEALLOCATED_DISK,
    GENERALIZED,
    IMAGE_TAGS,
    ORIGIN_TAGS,
    OS_DISK,
    OS_DISK_ID,
    PARAMS,
    READER,
    RUNNING_VM,
    STOPPED_VM,
    VM1,
    VM_ID,
)
from tests.support.fakes import FakeAzure
from tests.support.gallery_capture_values import (
    A_GALLERY,
    DEFINITION,
    DEFINITION_ID,
    FIRST,
    GALLERY_ID,
    OPTION,
    SECOND,
    SOURCE,
    definition,
    request,
    version,
)

SEAL_STEPS = ["keep the seal of VM web1 as a tag", "deallocate VM web1", "add the ownership time of its OS disk to the seal of VM web1"]
PREPARED = [*SEAL_STEPS, "mark VM web1 as generalized"]
CREATED = "create version 1.0.0 of image definition web from VM web1"
WAITED = "wait until version 1.0.0 can be used in westeurope"
SPECIALIZED = {"os_state": "specialized"}
SPECIAL = definition(osState="Specialized")


def azure(vm: Any = STOPPED_VM, os_disk: Any = OS_DISK, **more: Any) -> FakeAzure:
    """A good VM and the gallery."""
    known = {"galleries": [A_GALLERY], "gallery_images": [DEFINITION], "snapshots": BACKUPS} | more
    return FakeAzure(vms=[vm] if vm else [], disks=[os_disk, DATA_DISK], boot_logs={VM1: BOOT_LOG}, **known)


def planned(azure: FakeAzure, asked: CaptureRequest, check: bool = False) -> Any:
    return capture(READER).plan(azure, asked, check)


def captured(azure: FakeAzure, asked: CaptureRequest) -> Any:
    """The plan once it was applied, and the result."""
    plan = planned(azure, asked)
    plan.apply(azure, Silence())
    return plan, capture(READER).result(azure, asked, plan)


def body_of(azure: FakeAzure) -> dict[str, Any]:
    """The body of the version that was created."""
    (body,) = [write[3] for write in azure.writes if write[:2] == ("create", "image version")]
    return body


def test_predict_do_repeat():
    there, asked = azure(), request()
    assert planned(azure(read_only=True), asked, check=True).sentences == [*PREPARED, CREATED, WAITED]
    plan, result = captured(there, asked)
    assert plan.sentences == [*PREPARED, CREATED, WAITED]
    body = body_of(there)
    assert body["location"] == "westeurope"
    assert body["properties"]["storageProfile"] == {"source": {"virtualMachineId": str(VM1)}}
    assert {name: value for name, value in body["tags"].items() if name != tag.RUN} == {**IMAGE_TAGS, tag.SOURCE: VM_ID}
    assert (result["gallery_image_version"]["name"], result["gallery_image_version"]["gallery"], result["vm"]["generalized"]) == (
        "1.0.0",
        "team",
        True,
    )
    assert (plan.facts["sealed"], plan.facts["os_state"]) == ("verified", "generalized")
    there.gallery_image_versions.put(version())
    assert planned(there, request()).sentences == []


def test_a_gallery_and_a_definition_are_made_before_the_vm_is_touched():
    nvme = replace(OS_DISK, architecture="x64", capabilities={"diskControllerTypes": "SCSI, NVMe"})
    plan = {"name": "n", "publisher": "p", "product": "o"}
    there = azure(replace(STOPPED_VM, plan=plan, security_type="TrustedLaunch"), nvme, galleries=[], gallery_images=[])
    asked = replace(request({"create_gallery": True, "create_gallery_image": True, "description": "d"}), tags={"cost": "42"})
    done, _result = captured(there, asked)
    assert done.sentences[:3] == ["create gallery team", "create image definition web in gallery team", *SEAL_STEPS[:1]]
    (gallery,), (made,) = ([write[3] for write in there.writes if write[1] == noun] for noun in ("gallery", "image definition"))
    assert gallery == {"location": "westeurope", "tags": {"cost": "42"}, "properties": {}}
    assert made == {
        "location": "westeurope",
        "tags": {"cost": "42"},
        "properties": {
            "osType": "Linux",
            "osState": "Generalized",
            "hyperVGeneration": "V2",
            "architecture": "x64",
            "identifier": {"publisher": "team", "offer": "web", "sku": "web"},
            "features": [{"name": "SecurityType", "value": "TrustedLaunch"}, {"name": "DiskControllerTypes", "value": "SCSI, NVMe"}],
            "description": "d",
            "purchasePlan": plan,
        },
    }


def test_a_standard_definition_is_made_without_naming_its_security_type():
    there = azure(gallery_images=[])
    given = {"create_gallery_image": True, "identifier": {"publisher": "P", "offer": "O", "sku": None}}
    captured(there, request(given))
    (made,) = [write[3]["properties"] for write in there.writes if write[1] == "image definition"]
    assert "features" not in made
    assert (made["architecture"], made["identifier"]) == ("x64", {"publisher": "P", "offer": "O", "sku": "web"})


def test_the_os_disk_is_the_source_if_the_data_disks_stay_out():
    there = azure()
    assert (
        captured(there, request(disks="os"))[0].sentences[-2] == "create version 1.0.0 of image definition web from the OS disk of VM web1"
    )
    assert body_of(there)["properties"]["storageProfile"] == {
        "osDiskImage": {"source": {"id": str(OS_DISK_ID)}, "hostCaching": "ReadWrite"}
    }
    assert body_of(there)["tags"][tag.SOURCE] == f"{VM_ID} os"


ROAD = definition("TrustedLaunchSupported")
INTERIM = interim_id(STOPPED_VM)


@pytest.mark.parametrize("wait", ["all", "first", "none"])
def test_a_definition_that_takes_no_vm_gets_a_managed_image_of_it_which_is_removed_when_the_version_is_usable(wait):
    there = azure(gallery_images=[ROAD])
    plan, _result = captured(there, request({"wait": wait}))
    own = [] if wait == "all" else [WAITED]
    waits = {"all": [WAITED], "first": ["wait until version 1.0.0 can be used in the first of westeurope"], "none": []}[wait]
    assert plan.sentences == [
        *PREPARED,
        f"create image {INTERIM.name} from VM web1",
        f"create version 1.0.0 of image definition web from image {INTERIM.name}",
        *plan.sentences[6 : 6 + len(waits)],
        *own,
        f"delete image {INTERIM.name}",
    ]
    assert len(waits) == len(plan.sentences) - 7 - len(own)
    assert there.images.find(INTERIM) is None
    assert body_of(there)["properties"]["storageProfile"] == {"source": {"id": str(INTERIM)}}


def test_a_managed_image_on_the_way_is_used_again_and_removed_by_the_next_run():
    left = replace(CAPTURED, id=INTERIM)
    there = azure(GENERALIZED, DEALLOCATED_DISK, gallery_images=[ROAD], images=[left])
    steps = planned(there, request()).sentences
    assert steps == [f"create version 1.0.0 of image definition web from image {INTERIM.name}", WAITED, f"delete image {INTERIM.name}"]
    made = azure(GENERALIZED, DEALLOCATED_DISK, gallery_images=[ROAD], images=[left], gallery_image_versions=[version()])
    assert planned(made, request()).sentences == [f"delete image {INTERIM.name}"]
    made.gallery_image_versions.replication["westeurope"] = ["Replicating"]
    assert planned(made, request({"wait": "none"})).sentences == [WAITED, f"delete image {INTERIM.name}"]
    others = azure(
        GENERALIZED,
        DEALLOCATED_DISK,
        gallery_images=[ROAD],
        images=[replace(left, tags={tag.VM_ID: "ffffffff"})],
        gallery_image_versions=[version()],
    )
    assert planned(others, request()).sentences == []


@pytest.mark.parametrize(
    ("versions", "number"),
    [
        ([], "1.0.0"),
        ([version(source="another")], "1.0.1"),
        ([version("1.0.9", source="another"), version("1.0.10", source="another")], "1.0.11"),
        ([version(source=f"{VM_ID} os")], "1.0.1"),
        ([version(state="Deleting")], "1.0.1"),
    ],
    ids=["none", "of another VM", "by number", "of other disks", "being deleted"],
)
def test_next_is_one_more_than_the_newest_version(versions, number):
    there = azure(GENERALIZED, DEALLOCATED_DISK, gallery_image_versions=versions)
    assert planned(there, request(), check=True).after["gallery_image_version"]["name"] == number


def test_any_version_that_was_made_from_the_vm_is_accepted_by_next():
    """Several VMs may be captured into one definition, and a second run of each changes nothing."""
    there = azure(GENERALIZED, DEALLOCATED_DISK, gallery_image_versions=[version(), version("1.0.1", source="another")])
    plan = planned(there, request())
    assert (plan.sentences, plan.after["gallery_image_version"]["name"]) == ([], "1.0.0")


def test_a_version_that_the_list_lacks_is_read_by_its_id():
    there = azure(GENERALIZED, DEALLOCATED_DISK, gallery_image_versions=[version()])
    there.gallery_image_versions.list_in = lambda parent: ()
    assert planned(there, request()).sentences == []


def test_the_failed_version_of_an_earlier_run_is_replaced_under_its_number():
    there = azure(GENERALIZED, DEALLOCATED_DISK, gallery_image_versions=[version(state="Failed")])
    there.gallery_image_versions.replication["westeurope"] = ["Unknown"]
    assert planned(there, request()).sentences == ["delete version 1.0.0 of image definition web", CREATED, WAITED]


def test_a_failed_version_that_some_region_can_use_is_mended_and_not_deleted():
    failed = version(state="Failed", properties={"publishingProfile": _profile("West Europe", "northeurope"), "storageProfile": SOURCE})
    there = azure(GENERALIZED, DEALLOCATED_DISK, gallery_image_versions=[failed])
    there.gallery_image_versions.replication["northeurope"] = ["Failed"]
    steps = planned(there, request()).sentences
    assert steps == ["wait until version 1.0.0 can be used in westeurope, northeurope"]


@pytest.mark.parametrize("state", ["Creating", "Updating", "Succeeded"])
def test_a_version_that_is_still_being_replicated_ends_a_run_and_is_predicted_in_check_mode(state):
    there = azure(GENERALIZED, DEALLOCATED_DISK, gallery_image_versions=[version(state=state)])
    there.gallery_image_versions.replication["westeurope"] = ["Replicating"]
    with pytest.raises(TimedOut, match=r"1\.0\.0 is not yet usable in westeurope \(Replicating, 40 %\).* or set wait to first or none"):
        planned(there, request())
    text = "Version 1.0.0 of image definition web is still being replicated to westeurope: planned as if that had succeeded."
    assert planned(there, request(), check=True).warnings == (text,)
    assert planned(there, request({"wait": "none"})).sentences == []


def test_a_version_of_our_own_that_is_being_made_is_waited_for():
    there = azure(GENERALIZED, DEALLOCATED_DISK, gallery_image_versions=[version(state="Creating")])
    there.gallery_image_versions.replication["westeurope"] = ["Replicating", "Replicating", "Completed"]
    assert planned(there, request()).sentences == []


def test_an_accepted_version_gets_tags_regions_and_the_protection_that_the_task_names():
    there = azure(GENERALIZED, DEALLOCATED_DISK, gallery_image_versions=[version()])
    asked = {"target_regions": [{"name": "northeurope"}], "block_deletion_before_end_of_life": True}
    plan, result = captured(there, request(asked, tags={"release": "1"}))
    changed = "target_regions, block_deletion_before_end_of_life"
    assert plan.sentences[0] == f"change {changed} of version 1.0.0 of image definition web"
    assert [each["name"] for each in result["gallery_image_version"]["publishing_profile"]["target_regions"]] == [
        "West Europe",
        "northeurope",
    ]
    assert result["gallery_image_version"]["tags"]["release"] == "1"
    assert planned(there, request(asked, tags={"release": "1"})).sentences == []
    assert planned(there, request(asked, tags={"release": "2"})).sentences == ["set the tags of version 1.0.0"]
    purged = planned(there, request({"target_regions": [{"name": "westeurope"}], "purge_target_regions": True}))
    assert purged.sentences == ["remove the replicas of version 1.0.0 in northeurope"]


def test_what_azure_never_changes_is_refused_unless_the_version_is_replaced():
    there = azure(GENERALIZED, DEALLOCATED_DISK, gallery_image_versions=[version()])
    asked = {"storage_account_type": "Premium_LRS"}
    with pytest.raises(InvalidRequest, match="version 1.0.0 .* exists, but storage_account_type is 'Standard_LRS', not 'Premium_LRS'"):
        planned(there, request(asked))
    assert planned(there, request(asked, recreate=True)).sentences[0] == "delete version 1.0.0 of image definition web"


def test_the_definition_of_a_version_that_exists_must_have_the_state_too():
    known = azure(vm=replace(GENERALIZED), gallery_image_versions=[version()])
    assert planned(known, request()).steps == ()
    with pytest.raises(InvalidRequest, match="is for generalized systems, and os_state is specialized"):
        planned(known, request({**SPECIALIZED, "version": "1.0.0"}))


def test_without_a_vm_the_version_must_name_it():
    gone = azure(None, gallery_image_versions=[version(), version("1.0.1", source="x", tags={tag.VM_ID: "f", tag.VM: "other"})])
    assert planned(gone, request()).after["gallery_image_version"]["name"] == "1.0.0"
    with pytest.raises(Missing, match="there is no VM web1 in resource group build, and there is no version 1.0.0 of image definition web"):
        planned(azure(None), request())
    with pytest.raises(Missing, match="exists, but was made from VM other, not from that VM"):
        planned(gone, request({"version": "1.0.1"}))


def test_each_throw_away_copy_becomes_another_version():
    """All copies of a VM have one name, and so one id."""
    copied = {tag.COPY_OF: "web1", tag.COPY_OF_VM_ID: "ffffffff"}
    made = version(tags={**version().tags, **copied})
    with pytest.raises(Missing, match="there is no version 1.0.1 of image definition web yet"):
        planned(azure(None, gallery_image_versions=[made]), request())
    again = azure(replace(STOPPED_VM, tags=copied, vm_id="ffffffff-0"), gallery_image_versions=[made])
    plan = planned(again, request(sealed="assume", backup="none"))
    assert plan.after["gallery_image_version"]["name"] == "1.0.1"
    assert "VM web1 is a throw-away copy: with version: next, each copy becomes another version." in plan.warnings
    assert planned(azure(replace(GENERALIZED, tags=copied), DEALLOCATED_DISK, gallery_image_versions=[made]), request()).sentences == []


def test_a_vm_is_deleted_last_and_only_when_the_version_is_usable_in_its_region():
    there = azure()
    plan, _result = captured(there, request({"wait": "none"}, source="delete"))
    assert plan.sentences == [*PREPARED, CREATED, WAITED, "delete VM web1"]
    place = Place(FIRST, True)
    assert plan.clean_up[-1].guard == Usable(place, "westeurope", SameVm(STOPPED_VM))
    lagging = azure(GENERALIZED, DEALLOCATED_DISK, gallery_image_versions=[version()])
    lagging.gallery_image_versions.replication["westeurope"] = ["Replicating"]
    with pytest.raises(InvalidRequest, match="version 1.0.0 cannot be used in westeurope yet, so what it was made from is left as it is"):
        plan.clean_up[-1].guard.require(lagging)
    assert planned(lagging, request({"wait": "none"}, source="delete")).sentences == [WAITED, "delete VM web1"]


def test_the_version_is_not_made_of_a_vm_that_was_started_meanwhile():
    there = azure(GENERALIZED, DEALLOCATED_DISK)
    plan = planned(there, request())
    there.machines.put(replace(GENERALIZED, vm_id="ffffffff"))
    with pytest.raises(InvalidRequest, match="it was created again, and has the vmId ffffffff now"):
        plan.apply(there, Silence())
    assert there.written == []


def test_a_version_that_another_run_replaced_meanwhile_is_not_deleted():
    guard = ReplaceableVersion(version(state="Failed"), GENERALIZED)
    guard.require(azure(GENERALIZED, gallery_image_versions=[version(state="Failed")]))
    with pytest.raises(InvalidRequest, match="version 1.0.0 was replaced by another run meanwhile"):
        guard.require(azure(GENERALIZED, gallery_image_versions=[version(tags={tag.RUN: "another"})]))


def test_an_assumed_seal_is_a_tag_of_the_version():
    there = azure()
    plan, _result = captured(there, request(sealed="assume"))
    assert {name: value for name, value in body_of(there)["tags"].items() if name not in (tag.RUN, tag.SOURCE)} == {
        **ORIGIN_TAGS,
        tag.SEALED: "assume",
    }
    assert plan.facts["sealed"] == "assume"


@pytest.mark.parametrize("vm", [RUNNING_VM, STOPPED_VM, replace(STOPPED_VM, power=DEALLOCATED)], ids=["running", "stopped", "deallocated"])
def test_a_specialized_version_needs_no_evidence_and_leaves_the_vm_as_it_is(vm):
    there = FakeAzure(vms=[vm], disks=[OS_DISK, DATA_DISK], galleries=[A_GALLERY], gallery_images=[SPECIAL])
    plan, result = captured(there, request(SPECIALIZED))
    assert plan.sentences == [CREATED, WAITED]
    assert [write[:2] for write in there.writes] == [("create", "image version")]
    assert there.machines.get(VM1) == vm
    assert (plan.facts["sealed"], plan.facts["os_state"], "guest" in plan.facts) == (None, "specialized", False)
    assert tag.SEALED not in result["gallery_image_version"]["tags"]


def special(vm: Any, state: str = "Succeeded") -> FakeAzure:
    """A specialized version that an earlier run made from the VM."""
    there = FakeAzure(vms=[vm], disks=[OS_DISK, DATA_DISK], galleries=[A_GALLERY], gallery_images=[SPECIAL])
    captured(there, request(SPECIALIZED))
    there.gallery_image_versions.put(replace(there.gallery_image_versions.get(FIRST), provisioning_state=state))
    return there


def test_a_stopped_vm_that_was_not_started_since_is_not_copied_again():
    there = special(STOPPED_VM)
    named = there.gallery_image_versions.get(FIRST)
    there.gallery_image_versions.put(replace(named, properties={**named.properties, "storageProfile": SOURCE}))
    assert planned(there, request(SPECIALIZED)).sentences == []
    there.disks.put(DEALLOCATED_DISK)
    assert planned(there, request(SPECIALIZED)).after["gallery_image_version"]["name"] == SECOND.name


def test_a_running_vm_is_copied_again_unless_its_version_is_still_being_made():
    assert planned(special(RUNNING_VM), request(SPECIALIZED)).after["gallery_image_version"]["name"] == "1.0.1"
    assert planned(special(RUNNING_VM, "Creating"), request(SPECIALIZED), check=True).sentences == []


def test_data_disks_that_are_deleted_and_not_copied_need_a_backup():
    deallocated = replace(STOPPED_VM, power=DEALLOCATED)
    there = azure(deallocated, DEALLOCATED_DISK, gallery_images=[SPECIAL], snapshots=())
    asked = request({**SPECIALIZED, "version": "1.0.0"}, source="delete", disks="os")
    there.gallery_image_versions.put(version(properties={"provisioningState": "Succeeded", "publishingProfile": _profile("westeurope")}))
    with pytest.raises(InvalidRequest, match="has no backup of disk"):
        planned(there, asked)


def _profile(*regions: str) -> dict[str, Any]:
    return {"targetRegions": [{"name": each} for each in regions]}


def test_the_gallery_may_be_in_another_subscription():
    hub = replace(GALLERY_ID, subscription="hub-1")
    given = {**OPTION, "gallery": {"name": "team", "resource_group": "hub", "subscription_id": "hub-1"}}
    asked = CaptureRequest.from_params({**PARAMS, "name": None, "gallery_image_version": given}).within("mine")
    assert (asked.target.parent, asked.vm.subscription, str(asked.target)) == (
        hub,
        "mine",
        str(replace(DEFINITION_ID, subscription="hub-1")),
    )


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"name": "x", "gallery_image_version": OPTION}, "name and gallery_image_version exclude each other"),
        ({"name": None}, "name and gallery_image_version are both missing"),
        ({"name": "", "gallery_image_version": {}}, "name and gallery_image_version are both missing"),
        ({"name": "", "gallery_image_version": OPTION, "zone_resilient": True}, "zone_resilient is for managed images"),
        (
            {"name": "", "gallery_image_version": {**OPTION, "create_gallery_image": True, "identifier": {"sku": "a b"}}},
            "gallery_image_version.identifier.sku: 'a b' is not valid: use 1 to 64",
        ),
        (
            {"name": "", "gallery_image_version": {**OPTION, "gallery_image": "w" * 65, "create_gallery_image": True}},
            "gallery_image_version.identifier.offer: 'w*' is not valid",
        ),
    ],
)
def test_options_that_contradict_each_other_are_refused(params, text):
    with pytest.raises(InvalidRequest, match=text):
        CaptureRequest.from_params({**PARAMS, **params})
