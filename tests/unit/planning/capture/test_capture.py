# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Capturing: what is missing, in which order, and what forbids it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest, Missing, TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import VM
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.provisioning import FAILED
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import DEALLOCATED, AttachedDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.plan import Plan
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.backups import backups_in
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.evidence import Verdict
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.plan import plan_capture
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.request import CaptureRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.image import CreateImage, DeleteImage, TagImage
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.vm import (
    Deallocate,
    DeleteVm,
    Generalize,
    KeepSeal,
    StampSeal,
)

from tests.support.capture_values import (
    BACKUPS,
    BODY,
    CAPTURED,
    DATA_DISK,
    DEALLOCATED_DISK,
    GENERALIZED,
    IMAGE_TAGS,
    ORIGIN_TAGS,
    OS_DISK,
    OS_DISK_ID,
    PARAMS,
    REQUEST,
    RUNNING_VM,
    SEAL,
    STAMPED_VM,
    STARTED_AT,
    STOPPED_VM,
    TARGET,
    VM1,
    VM_ID,
)
from tests.support.ids import an_id

OWNER = {"owner": "me"}
KEEP, STAMP, STAMP_LATER = KeepSeal(VM1, SEAL), StampSeal(VM1, OS_DISK_ID, SEAL, STARTED_AT), StampSeal(VM1, OS_DISK_ID, SEAL)
CREATE = CreateImage(TARGET, "VM web1", BODY)
SAVED = backups_in(BACKUPS)
SEEN = Observed(vm=STOPPED_VM, disks=(OS_DISK, DATA_DISK), verdict=Verdict(SEAL, state="sealed"), backups=SAVED)
NO_VERDICT = Verdict(reason="its boot log holds no verdict")
LATER = replace(SEEN, vm=STAMPED_VM, disks=(DEALLOCATED_DISK, DATA_DISK), verdict=NO_VERDICT)


@pytest.mark.parametrize(
    ("seen", "steps"),
    [
        (SEEN, (KEEP, Deallocate(VM1), STAMP, Generalize(VM1), CREATE)),
        (
            replace(SEEN, vm=replace(STOPPED_VM, tags={**OWNER, tag.SEAL: SEAL.as_tag()})),
            (Deallocate(VM1), STAMP, Generalize(VM1), CREATE),
        ),
        (
            replace(SEEN, vm=replace(STOPPED_VM, power=DEALLOCATED), disks=(DEALLOCATED_DISK, DATA_DISK)),
            (STAMP_LATER, Generalize(VM1), CREATE),
        ),
        (LATER, (Generalize(VM1), CREATE)),
        (replace(LATER, vm=GENERALIZED), (CREATE,)),
        (Observed(vm=GENERALIZED, image=CAPTURED), ()),
        (Observed(vm=None, image=CAPTURED), ()),
    ],
    ids=[
        "sealed and stopped",
        "killed after keeping the seal",
        "killed after deallocating",
        "killed after stamping",
        "killed after generalizing",
        "done",
        "vm already gone",
    ],
)
def test_capture_does_only_what_is_missing(seen, steps):
    assert plan_capture(REQUEST, seen).steps == steps


def test_a_plan_has_the_state_before_and_after():
    after = replace(STOPPED_VM, power=DEALLOCATED, generalized=True, tags={**OWNER, tag.SEAL: SEAL.as_tag()})
    plan = plan_capture(REQUEST, SEEN)
    assert plan == Plan(
        steps=(KEEP, Deallocate(VM1), STAMP, Generalize(VM1), CREATE),
        before={"image": None, "vm": STOPPED_VM.as_result()},
        after={"image": CAPTURED.as_result(), "vm": after.as_result()},
        facts={"sealed": "verified", "guest": {"console": "sealed", "reason": None}},
        findings=plan.findings,
    )


def test_check_mode_predicts_what_a_real_run_does_and_warns():
    predicted = plan_capture(REQUEST, Observed(vm=RUNNING_VM, disks=(OS_DISK, DATA_DISK), check_mode=True))
    assert predicted.sentences == plan_capture(REQUEST, SEEN).sentences
    assert predicted.warnings == ("VM web1 is running: planned as if it had been backed up and sealed and had stopped.",)
    assert predicted.steps[0] == KeepSeal(VM1, Seal.of(VM_ID, ""))


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        (NO_VERDICT, "VM web1 is still running: generalize its guest, which then powers off, or raise wait_timeout."),
        (
            Verdict(reason="the finalizer refused: check: 1 trace(s) left", state="failed"),
            "VM web1 is not sealed, and still running: the finalizer refused: check: 1 trace(s) left. Remove the cause in its guest,"
            " and generalize it again.",
        ),
        (
            Verdict(reason="its guest began to seal itself", state="sealing"),
            "VM web1 is still running, because its guest is sealing itself: run this task again later, or raise wait_timeout.",
        ),
    ],
    ids=["silent", "failed", "sealing"],
)
def test_a_guest_that_runs_is_reported_with_what_its_console_says(verdict, text):
    seen = Observed(vm=RUNNING_VM, disks=(OS_DISK, DATA_DISK), verdict=verdict)
    with pytest.raises(InvalidRequest) as raised:
        plan_capture(REQUEST, seen)
    assert (raised.value.message, raised.value.facts["guest"]) == (text, verdict.as_result())
    assert plan_capture(REQUEST, replace(seen, check_mode=True)).facts == {"sealed": None, "guest": verdict.as_result()}
    with pytest.raises(InvalidRequest) as raised:
        plan_capture(REQUEST, replace(seen, vm=STOPPED_VM))
    assert raised.value.facts["guest"] == verdict.as_result()


def test_a_sealed_guest_that_does_not_power_off_need_not_be_generalized_again():
    with pytest.raises(InvalidRequest) as raised:
        plan_capture(REQUEST, Observed(vm=RUNNING_VM, disks=(OS_DISK, DATA_DISK), verdict=Verdict(seal=SEAL, state="sealed")))
    assert raised.value.message == "VM web1 is sealed, but still running: stop it in Azure if it does not power off, and run again."


def test_what_the_console_says_is_left_out_where_no_seal_is_needed():
    assert plan_capture(replace(REQUEST, assume_sealed=True), SEEN).facts == {"sealed": "assume"}
    assert plan_capture(REQUEST, Observed(vm=GENERALIZED, image=CAPTURED)).facts == {"sealed": "verified"}


def test_check_mode_refuses_everything_else_too():
    with pytest.raises(InvalidRequest, match="TrustedLaunch"):
        plan_capture(REQUEST, Observed(vm=replace(RUNNING_VM, security_type="TrustedLaunch"), disks=(OS_DISK,), check_mode=True))
    with pytest.raises(InvalidRequest, match="backup"):
        plan_capture(REQUEST, replace(SEEN, backups=(), check_mode=True))


def test_a_guest_still_running_when_the_wait_ended_is_refused():
    with pytest.raises(InvalidRequest, match="VM web1 is still running"):
        plan_capture(REQUEST, Observed(vm=RUNNING_VM, disks=(OS_DISK,), backups=SAVED))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"vm": replace(STOPPED_VM, security_type="TrustedLaunch")},
            "Creation of managed images are not supported for virtual machine with TrustedLaunch security type",
        ),
        ({"disks": (replace(OS_DISK, security_type="TrustedLaunch"), DATA_DISK)}, "with TrustedLaunch security type"),
        ({"vm": replace(STOPPED_VM, security_type="ConfidentialVM")}, "with ConfidentialVM security type"),
        (
            {"vm": replace(STOPPED_VM, os_disk=replace(STOPPED_VM.os_disk, ephemeral=True))},
            "Source virtual machine cannot contain an ephemeral OS disk",
        ),
        ({"vm": replace(STOPPED_VM, os_disk=AttachedDisk("vhd", None))}, "disk vhd is not a managed disk"),
        ({"disks": (replace(OS_DISK, architecture="Arm64"), DATA_DISK)}, "Arm64"),
        (
            {"disks": (OS_DISK, replace(DATA_DISK, storage_account_type="UltraSSD_LRS"))},
            "disk web1-data of VM web1 is an Ultra disk, .*'Source virtual machine cannot contain UltraSSD.' Detach the disk",
        ),
        ({"vm": replace(STOPPED_VM, tags={f"t{number}": "" for number in range(50)})}, "51 tags, with those of this collection"),
    ],
    ids=["TrustedLaunch", "TrustedLaunch by its disk", "confidential", "ephemeral", "unmanaged", "Arm64", "Ultra", "a tag too many"],
)
def test_what_azure_would_refuse_later_is_refused_before_the_first_write(change, text):
    with pytest.raises(InvalidRequest, match=text):
        plan_capture(REQUEST, replace(SEEN, **change))


def test_a_tag_too_many_on_the_image_is_refused_before_the_first_write():
    with pytest.raises(InvalidRequest, match="53 tags, with those of this collection, are more than the 50"):
        plan_capture(replace(REQUEST, tags={f"t{number}": "" for number in range(50)}), SEEN)


def test_another_region_than_the_vms_is_refused():
    with pytest.raises(InvalidRequest, match="in westeurope, not in eastus"):
        plan_capture(replace(REQUEST, location="eastus"), SEEN)
    assert plan_capture(replace(REQUEST, location="westeurope"), replace(SEEN, vm=replace(STOPPED_VM, location="West Europe"))).changed


def test_without_a_vm_and_without_an_image_nothing_can_be_captured():
    with pytest.raises(Missing, match="no VM web1 in resource group build, and there is no image web-1 yet"):
        plan_capture(REQUEST, Observed())


ANOTHER = replace(CAPTURED, tags={tag.VM_ID: "ffffffff-0000-0000-0000-000000000000"})


@pytest.mark.parametrize(
    ("image", "request_", "text"),
    [
        (ANOTHER, REQUEST, "made from the VM with vmId ffffffff-0000-0000-0000-000000000000, not from VM web1"),
        (replace(CAPTURED, tags={}), REQUEST, "made from an unknown source"),
        (replace(ANOTHER, provisioning_state=FAILED), REQUEST, "provisioning state is Failed"),
        (replace(CAPTURED, data_disks=()), REQUEST, r"holds the data disks at LUN \[\], not \[5\]"),
        (CAPTURED, replace(REQUEST, os_only=True), r"holds the data disks at LUN \[5\], not \[\]"),
        (CAPTURED, replace(REQUEST, zone_resilient=True), "not zone resilient"),
        (CAPTURED, replace(REQUEST, location="eastus"), "exists in westeurope, not in eastus"),
    ],
    ids=["another VM's", "of unknown source", "failed", "too few disks", "too many disks", "not zone resilient", "elsewhere"],
)
def test_an_image_that_is_not_the_one_asked_for_is_refused(image, request_, text):
    with pytest.raises(InvalidRequest, match=text) as raised:
        plan_capture(request_, replace(LATER, vm=GENERALIZED, image=image))
    assert "set recreate" in str(raised.value)


def test_recreate_replaces_an_image_that_is_not_accepted_and_keeps_one_that_is():
    recreate = replace(REQUEST, recreate=True)
    seen = replace(LATER, vm=GENERALIZED, image=ANOTHER)
    body = {**BODY, "tags": IMAGE_TAGS}
    assert plan_capture(recreate, seen).steps == (DeleteImage(TARGET), CreateImage(TARGET, "VM web1", body))
    assert plan_capture(recreate, replace(seen, image=CAPTURED)).steps == ()


def test_recreate_drops_the_tags_of_the_replaced_image():
    former = replace(ANOTHER, tags={**ANOTHER.tags, tag.DIGEST: "sha256-4m:old", tag.PLAN: "{}", "owner": "me"})
    seen = replace(LATER, vm=GENERALIZED, image=former)
    recreate = replace(REQUEST, recreate=True)
    assert plan_capture(recreate, seen).steps[1].body["tags"] == {**IMAGE_TAGS, "owner": "me"}
    replaced = replace(recreate, tags={"release": "2"}, append_tags=False)
    assert plan_capture(replaced, seen).steps[1].body["tags"] == {**IMAGE_TAGS, "release": "2"}


def test_recreate_requires_the_same_evidence_before_it_deletes():
    with pytest.raises(InvalidRequest, match="sealed"):
        plan_capture(replace(REQUEST, recreate=True), replace(SEEN, image=ANOTHER, verdict=NO_VERDICT))


def test_the_remains_of_a_failed_run_for_the_same_vm_are_replaced_without_recreate():
    failed = replace(CAPTURED, provisioning_state=FAILED)
    assert plan_capture(REQUEST, replace(LATER, vm=GENERALIZED, image=failed)).steps == (DeleteImage(TARGET), CREATE)


def test_an_image_whose_vm_is_gone_must_be_usable():
    with pytest.raises(Missing, match="no VM web1 .* image web-1 exists, but its provisioning state is Failed"):
        plan_capture(REQUEST, Observed(image=replace(CAPTURED, provisioning_state=FAILED)))


LONG = an_id(VM, "g" * 90, "v" * 64)
OTHER_VM = an_id(VM, "build", "nightly")


@pytest.mark.parametrize(
    ("image", "source"),
    [
        (replace(CAPTURED, tags={}), f"VM {VM1}"),
        (replace(CAPTURED, tags={}, source=None), "an unknown source"),
        (replace(CAPTURED, tags={tag.VM: str(VM1)}, source=None), f"VM {VM1}"),
        (replace(CAPTURED, tags={tag.VM_ID: VM_ID}, source=None), f"the VM with vmId {VM_ID}"),
        (replace(CAPTURED, tags={**IMAGE_TAGS, tag.VM: str(OTHER_VM)}, source=OTHER_VM), f"VM {OTHER_VM}"),
        (replace(CAPTURED, tags={**IMAGE_TAGS, tag.VM: str(OTHER_VM)}, source=None), f"VM {OTHER_VM}"),
        (replace(CAPTURED, source=OTHER_VM), f"VM {OTHER_VM}"),
    ],
    ids=[
        "not captured by us", "uploaded", "without vmId", "without id", "of another VM", "of another VM's OS disk", "tags of another image",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "change",
    [{}, {"recreate": True}, {"delete_source": True}, {"tags": {"release": "1"}, "append_tags": False}],
    ids=["alone", "recreate", "source: delete", "tags"],
)
def test_an_image_that_does_not_name_the_missing_vm_is_refused_and_left_alone(image, source, change):
    with pytest.raises(Missing) as raised:
        plan_capture(replace(REQUEST, **change), Observed(image=image))
    assert raised.value.message == (
        f"there is no VM web1 in resource group build, and image web-1 exists, but was made from {source}, not from that VM."
    )


@pytest.mark.parametrize(
    "image",
    [
        replace(CAPTURED, tags={**IMAGE_TAGS, tag.VM: str(VM1).upper()}, source=None),
        replace(CAPTURED, tags={tag.VM_ID: VM_ID}),
        replace(CAPTURED, source=an_id(VM, "BUILD", "Web1")),
    ],
    ids=["by its tag", "by its source", "in another case"],
)
def test_an_image_that_names_the_missing_vm_is_a_success(image):
    assert plan_capture(REQUEST, Observed(image=image)).steps == ()


@pytest.mark.parametrize("os_only", [True, False])
def test_an_image_names_a_vm_whose_id_is_too_long_for_a_tag(os_only):
    vm = replace(GENERALIZED, id=LONG)
    request = replace(REQUEST, vm=LONG, os_only=os_only)
    image = plan_capture(request, replace(LATER, vm=vm)).steps[0].body["tags"]
    assert len(image[tag.VM]) <= 256
    made = replace(CAPTURED, tags=image, source=None if os_only else LONG, data_disks=() if os_only else CAPTURED.data_disks)
    assert plan_capture(request, Observed(image=made)).steps == ()
    with pytest.raises(Missing, match="not from that VM"):
        plan_capture(replace(request, vm=replace(LONG, names=("v" * 63 + "w",))), Observed(image=made))
    from_earlier_version = replace(made, tags={tag.VM_ID: VM_ID}, source=LONG)
    assert plan_capture(request, Observed(image=from_earlier_version)).steps == ()


def test_an_unfinished_image_ends_a_run_and_is_predicted_in_check_mode():
    seen = Observed(vm=GENERALIZED, image=replace(CAPTURED, provisioning_state="Creating"))
    with pytest.raises(TimedOut, match="still Creating"):
        plan_capture(REQUEST, seen)
    predicted = plan_capture(REQUEST, replace(seen, check_mode=True))
    assert (predicted.steps, predicted.warnings) == ((), ("Image web-1 is Creating: planned as if that had succeeded.",))


def test_the_os_disk_is_the_source_if_the_vm_has_data_disks_that_are_not_captured():
    os_disk = {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": str(OS_DISK_ID)}, "caching": "ReadWrite"}
    body = {"location": "westeurope", "tags": IMAGE_TAGS, "properties": {"hyperVGeneration": "V2", "storageProfile": {"osDisk": os_disk}}}
    request = replace(REQUEST, os_only=True)
    plan = plan_capture(request, replace(LATER, vm=GENERALIZED, disks=(DEALLOCATED_DISK,)))
    assert plan.steps == (CreateImage(TARGET, "the OS disk of VM web1", body),)
    single = replace(GENERALIZED, data_disks=())
    assert plan_capture(request, replace(LATER, vm=single, disks=(DEALLOCATED_DISK,))).steps == (CREATE,)


def test_zone_resilience_and_the_marketplace_plan_are_carried_over():
    vm = replace(GENERALIZED, plan={"publisher": "p", "product": "o", "name": "s"})
    (step,) = plan_capture(replace(REQUEST, zone_resilient=True), replace(LATER, vm=vm)).steps
    assert step.body["properties"]["storageProfile"] == {"zoneResilient": True}
    assert step.body["tags"] == {**IMAGE_TAGS, tag.PLAN: '{"name":"s","product":"o","publisher":"p"}'}


def test_the_source_is_deleted_last_and_also_when_the_image_is_there_already():
    request = replace(REQUEST, delete_source=True)
    plan = plan_capture(request, replace(LATER, vm=GENERALIZED))
    assert (plan.steps, plan.clean_up) == ((CREATE,), (DeleteVm(VM1),))
    assert plan.after["vm"] is None
    there = plan_capture(request, Observed(vm=GENERALIZED, image=CAPTURED))
    assert (there.steps, there.clean_up) == ((), (DeleteVm(VM1),))
    assert not plan_capture(request, Observed(image=CAPTURED)).changed


def test_data_disks_that_are_deleted_and_not_captured_need_a_backup():
    request = replace(REQUEST, os_only=True, delete_source=True)
    seen = replace(LATER, vm=GENERALIZED)
    alone = replace(CAPTURED, data_disks=())
    assert plan_capture(request, seen).clean_up == (DeleteVm(VM1),)
    assert plan_capture(request, replace(seen, image=alone)).clean_up == (DeleteVm(VM1),)
    for refused in (replace(seen, backups=backups_in(BACKUPS[:1])), replace(seen, backups=(), image=alone)):
        with pytest.raises(InvalidRequest, match="no backup of disk"):
            plan_capture(request, refused)
        assert plan_capture(replace(request, backup_required=False), refused).clean_up == (DeleteVm(VM1),)


def test_tags_are_added_or_replaced_and_ours_stay():
    seen = Observed(vm=GENERALIZED, image=replace(CAPTURED, tags={**IMAGE_TAGS, "Old": "1", "release": "1"}))
    request = replace(REQUEST, tags={"Release": "2"})
    assert plan_capture(request, seen).steps == (TagImage(TARGET, {**IMAGE_TAGS, "Old": "1", "release": "2"}),)
    assert plan_capture(replace(request, append_tags=False), seen).steps == (TagImage(TARGET, {**IMAGE_TAGS, "Release": "2"}),)
    assert plan_capture(replace(REQUEST, tags={}, append_tags=True), seen).steps == ()


def test_a_request_is_read_from_the_options():
    request = CaptureRequest.from_params({**PARAMS, "location": "West Europe", "disks": "os", "backup": "none", "source": "delete"})
    assert request.within(VM1.subscription) == replace(
        REQUEST, location="westeurope", os_only=True, backup_required=False, delete_source=True
    )


def test_an_assumed_seal_leaves_no_tag_on_the_vm_but_says_so_on_the_image_and_in_every_result():
    plan = plan_capture(replace(REQUEST, assume_sealed=True), replace(SEEN, verdict=NO_VERDICT))
    tags = {**ORIGIN_TAGS, tag.SEALED: "assume"}
    assert plan.steps == (Deallocate(VM1), Generalize(VM1), replace(CREATE, body={**BODY, "tags": tags}))
    assert plan.facts["sealed"] == "assume"
    there = Observed(vm=GENERALIZED, image=replace(CAPTURED, tags=tags))
    assert plan_capture(REQUEST, there).facts["sealed"] == "assume"
    of_an_earlier_version = Observed(vm=GENERALIZED, image=replace(CAPTURED, tags=ORIGIN_TAGS))
    assert plan_capture(REQUEST, of_an_earlier_version).facts["sealed"] is None
