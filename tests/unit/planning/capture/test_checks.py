# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of a capture: each finds what forbids it, and is silent about a VM that it does not concern."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.checks import BLOCK, OK, UNPROVEN, WAIVED, WARN
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.lock import Lock
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.rights import Permission, Rights
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import DEALLOCATED, AttachedDisk, Vm
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.backups import backups_in
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.checks.catalog import WAIVABLE
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.checks.report import RULES, check_capture
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.checks.rule import GALLERY
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.evidence import Verdict
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.permissions import Place, actions_of
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.plan import plan_capture
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.request import CaptureRequest

from tests.support.capture_values import (
    BACKUPS,
    CAPTURED,
    DATA_DISK,
    DEALLOCATED_DISK,
    GENERALIZED,
    OS_DISK,
    PARAMS,
    REQUEST,
    RUNNING_VM,
    SEAL,
    STAMPED_VM,
    STOPPED_VM,
    TARGET,
)

CONCERNED = [rule for rule in RULES if rule.concerns(REQUEST, "Linux")]
ALL_RIGHTS = Rights((Permission(("*",)),))


def places(request: CaptureRequest, vm: Vm) -> list[Place]:
    """The places where rights are needed to replace an image."""
    return [each.place for each in actions_of(request, CAPTURED, vm)]


PLACES = {each.title: each for each in places(replace(REQUEST, delete_source=True), STOPPED_VM)}
LONG = replace(STOPPED_VM, id=replace(STOPPED_VM.id, resource_group="g" * 90, names=("v" * 64,)))
GOOD = Observed(
    vm=STOPPED_VM,
    disks=(OS_DISK, DATA_DISK),
    verdict=Verdict(SEAL),
    backups=backups_in(BACKUPS),
    rights=dict.fromkeys(PLACES.values(), ALL_RIGHTS),
    clock_offset=3,
)
ANOTHER = replace(CAPTURED, tags={tag.VM_ID: "ffffffff-0000-0000-0000-000000000000"})
PLAN = {"publisher": "p" * 100, "product": "o" * 100, "name": "n" * 100}
SEAL_TAG = len(tag.SEAL) + len(SEAL.stamped(DEALLOCATED_DISK.ownership_time).as_tag())


def vm(**changes: Any) -> dict[str, Any]:
    """The observation of a changed VM."""
    return {"vm": replace(STOPPED_VM, **changes)}


SHORT_PLAN = {"publisher": "p", "product": "o", "name": "n"}


def plan_is(state: str, time: str | None = None, plan: dict[str, str] = SHORT_PLAN, **alternative: str) -> dict[str, Any]:
    """The observation of a VM whose plan has a state."""
    return {**vm(plan=plan), "plan_state": {"state": state, "scheduled_time": time, "alternative": alternative or None}}


def rights(title: str, *permissions: Permission, **more: Any) -> dict[str, Any]:
    """The observation of other rights at one place."""
    return {"rights": {**GOOD.rights, PLACES[title]: Rights(permissions, **more)}}


def locked(place: str, level: str) -> dict[str, Any]:
    """The observation of a lock at a path in the subscription."""
    return {"locks": frozenset({Lock("keep", level, f"/subscriptions/{TARGET.subscription}{place}")})}


def long_tags(total: int) -> dict[str, str]:
    """Tags whose names and values have this many characters."""
    tags = {f"t{number}": "x" * 254 for number in range(total // 256)}
    return {**tags, "u": "x" * (total % 256 - 1)}


FORBIDDEN = [
    ("resource_group", {}, {"without_group": frozenset({TARGET})}, "resource group images was not found in subscription"),
    ("existing_image", {}, {"image": ANOTHER}, "image web-1 exists, but was made from the VM with vmId ffffffff"),
    ("subscription", {"target": replace(TARGET, subscription="other")}, {}, "image web-1 is to be made in subscription other"),
    ("location", {"location": "eastus"}, {}, "in westeurope, not in eastus"),
    ("managed_disks", {}, vm(os_disk=AttachedDisk("vhd", None)), "disk vhd is not a managed disk"),
    ("managed_disks", {}, vm(data_disks=(AttachedDisk("data-vhd", None, 1),)), "disk data-vhd is not a managed disk"),
    ("ephemeral_os_disk", {}, vm(os_disk=replace(STOPPED_VM.os_disk, ephemeral=True)), "cannot contain an ephemeral OS disk"),
    ("security_type", {}, vm(security_type="TrustedLaunch"), "with TrustedLaunch security type"),
    ("security_type", {}, {"disks": (replace(OS_DISK, security_type="ConfidentialVM_DiskEncryptedWithPlatformKey"), DATA_DISK)},
     "with ConfidentialVM security type"),
    ("architecture", {}, {"disks": (replace(OS_DISK, architecture="Arm64"), DATA_DISK)}, "Arm64"),
    ("disk_types", {}, {"disks": (OS_DISK, replace(DATA_DISK, storage_account_type="UltraSSD_LRS"))}, "web1-data .* is an Ultra disk"),
    ("disk_types", {}, {"disks": (OS_DISK, replace(DATA_DISK, storage_account_type="PremiumV2_LRS"))},
     "web1-data .* is a Premium SSD v2 disk"),
    ("disk_types", {}, vm(data_disks=(replace(STOPPED_VM.data_disks[0], storage_account_type="PremiumV2_LRS"),)),
     "web1-data .* is a Premium SSD v2 disk"),
    ("disk_encryption", {}, {"disks": (replace(OS_DISK, encrypted=True), DATA_DISK)}, "web1-os .* is encrypted by Azure Disk Encryption"),
    ("disk_encryption", {}, {"disks": (OS_DISK, replace(DATA_DISK, encrypted=True))}, "web1-data .* is encrypted by Azure Disk Encryption"),
    ("disk_encryption", {}, vm(os_disk=replace(STOPPED_VM.os_disk, encrypted=True)), "web1-os .* is encrypted by Azure Disk Encryption"),
    ("hibernation", {}, vm(power=DEALLOCATED, hibernated=True), "VM web1 is hibernated"),
    ("boot_diagnostics", {}, vm(boot_diagnostics=False), "VM web1 has no boot log, since boot diagnostics with managed storage are off"),
    ("vm_tags", {}, vm(tags={f"t{number}": "" for number in range(50)}), "VM web1: 51 tags, with those of this collection"),
    ("vm_tags_total", {}, vm(tags=long_tags(2049 - SEAL_TAG)), "2049 characters, more than the 2048"),
    ("image_tags", {"tags": {f"t{number}": "" for number in range(48)}}, {}, "image web-1: 51 tags, with those of this collection"),
    ("image_tags", {"tags": {"Cost": "1", "cost": "2"}}, {}, "the tags Cost and cost differ only in case"),
    ("plan_deprecation", {}, plan_is("Deprecated", type="Plan", value="new"), "names plan new as replacement; build the image"),
    ("marketplace_plan", {}, plan_is("Active", plan=PLAN), "the Marketplace plan of VM web1 does not fit into the tag goldenimage.plan"),
    ("rights", {}, rights("VM web1", Permission(("*/read", "Microsoft.Compute/virtualMachines/write"))),
     "lacks the right Microsoft.Compute/virtualMachines/deallocate/action on VM web1, which is needed to deallocate the VM"),
    ("rights", {}, rights("VM web1", Permission(("*",), ("Microsoft.Compute/virtualMachines/generalize/*",))),
     "lacks the right Microsoft.Compute/virtualMachines/generalize/action on VM web1"),
    ("rights", {}, rights("resource group images", Permission(("Microsoft.Compute/images/read",))),
     "lacks the right Microsoft.Compute/images/write on resource group images, which is needed to create the image"),
    ("rights", {"delete_source": True}, rights("VM web1", Permission(("*",), ("Microsoft.Compute/virtualMachines/delete",))),
     "lacks the right Microsoft.Compute/virtualMachines/delete on VM web1, which is needed to delete the VM"),
    ("rights", {"recreate": True}, {"image": ANOTHER, **rights("image web-1")},
     "lacks the right Microsoft.Compute/images/delete on image web-1, which is needed to replace the image that exists"),
    ("locks", {}, locked("/resourceGroups/images", "ReadOnly"), "the ReadOnly lock keep on .*/images forbids to change image web-1"),
    ("locks", {}, locked("/resourceGroups/build", "ReadOnly"), "the ReadOnly lock keep on .* forbids to change VM web1"),
    ("locks", {"delete_source": True}, locked("/resourceGroups/build", "CanNotDelete"), "the CanNotDelete lock keep .* to delete VM web1"),
    ("locks", {"recreate": True}, {"image": ANOTHER, **locked("/resourceGroups/images", "CanNotDelete")}, "to delete image web-1"),
]  # fmt: skip
NAMED = [f"{row[0]}-{number}" for number, row in enumerate(FORBIDDEN)]

WARNED = [
    ("disk_controller", {}, vm(disk_controller="NVMe"), "has the disk controller type NVMe, which a managed image cannot name"),
    ("vm_tag", {}, {"vm": LONG, "rights": dict.fromkeys(places(REQUEST, LONG), ALL_RIGHTS)}, "does not fit into the tag goldenimage.vm,"),
    ("rights", {}, rights("VM web1", unread="could not read the rights: (AuthorizationFailed) no."), "on VM web1 were not read: could not"),
    (
        "rights",
        {},
        rights("resource group build", Permission(("*",), ("*/snapshots/*",))),
        "lacks the right Microsoft.Compute/snapshots/read on resource group build",
    ),
    ("plan_deprecation", {}, plan_is("ScheduledForDeprecation", "2027-01-01T00:00:00Z"), "will be deprecated on 2027-01-01T00:00:00Z"),
    ("plan_deprecation", {}, plan_is("NotOffered"), "which VM web1 has, is not offered in westeurope any more"),
    ("existing_image", {"recreate": True}, {"image": replace(ANOTHER, provisioning_state="Creating"), "check_mode": True}, "is Creating"),
]

UNCONCERNED = [
    ("existing_image", {"recreate": True}, {"image": ANOTHER}),
    ("location", {"location": "westeurope"}, vm(location="West Europe")),
    ("security_type", {}, vm(security_type="Standard")),
    ("disk_types", {"os_only": True}, {"disks": (OS_DISK, replace(DATA_DISK, storage_account_type="PremiumV2_LRS"))}),
    ("disk_encryption", {"os_only": True}, {"disks": (OS_DISK, replace(DATA_DISK, encrypted=True))}),
    ("boot_diagnostics", {"assume_sealed": True}, vm(boot_diagnostics=False)),
    ("boot_diagnostics", {}, {"vm": replace(STAMPED_VM, boot_diagnostics=False), "disks": (DEALLOCATED_DISK, DATA_DISK)}),
    ("disk_controller", {}, vm(disk_controller="SCSI")),
    ("vm_tags", {"assume_sealed": True}, vm(tags={f"t{number}": "" for number in range(50)})),
    ("vm_tags_total", {"assume_sealed": True}, vm(tags=long_tags(2048))),
    ("vm_tags_total", {}, vm(tags=long_tags(2048 - SEAL_TAG))),
    ("vm_tags_total", {}, {"vm": replace(GENERALIZED, tags=long_tags(2040)), "disks": (DEALLOCATED_DISK, DATA_DISK)}),
    ("marketplace_plan", {}, plan_is("Active")),
    ("plan_deprecation", {}, plan_is("Active")),
    ("locks", {}, locked("/resourceGroups/images", "CanNotDelete")),
    ("locks", {"delete_source": True}, locked("/resourceGroups/buil", "CanNotDelete")),
    ("locks", {}, {"vm": GENERALIZED, "disks": (DEALLOCATED_DISK, DATA_DISK), **locked("/resourceGroups/build", "ReadOnly")}),
    ("rights", {"backup_required": False}, rights("resource group build")),
    ("rights", {}, rights("VM web1", Permission(("microsoft.compute/VIRTUALMACHINES/*",)))),
    ("rights", {}, rights("VM web1", Permission(("*",), ("*/delete",)), Permission(("*/read",)))),
    ("rights", {}, {"vm": GENERALIZED, "disks": (DEALLOCATED_DISK, DATA_DISK), **rights("VM web1")}),
]


def rows_of(id: str, request: dict[str, Any], seen: dict[str, Any], **more: Any) -> list[dict[str, str]]:
    """The rows of one check."""
    known = replace(GOOD, **seen)
    assert known.vm
    checks = check_capture(replace(REQUEST, **request, **more), known, known.vm)
    return [each.as_result() for each in checks if each.id == id]


@pytest.mark.parametrize(("id", "request_", "seen", "text"), FORBIDDEN, ids=NAMED)
@pytest.mark.parametrize("check_mode", [True, False], ids=["check mode", "real run"])
def test_what_capturing_requires_blocks_before_the_first_write(id, request_, seen, text, check_mode):
    with pytest.raises(InvalidRequest, match=text) as raised:
        plan_capture(replace(REQUEST, **request_), replace(GOOD, check_mode=check_mode, **seen))
    blocking = [row for row in raised.value.facts["checks"] if row["verdict"] == BLOCK]
    assert {row["id"] for row in blocking} == {id}
    assert all(row["side"] == "cloud" and row["why"] and row["mend"] and row["source"].startswith("https://") for row in blocking)


@pytest.mark.parametrize(("id", "request_", "seen", "text"), WARNED)
def test_what_may_go_well_warns(id, request_, seen, text):
    (row,) = rows_of(id, request_, seen)
    assert (row["verdict"], text in row["what"]) == (WARN, True)
    plan = plan_capture(replace(REQUEST, **request_), replace(GOOD, **seen))
    assert any(text in warning for warning in plan.warnings)
    (waived,) = rows_of(id, request_, seen, waive=frozenset({id}))
    assert waived["verdict"] == WAIVED


@pytest.mark.parametrize(("id", "request_", "seen"), UNCONCERNED)
def test_a_vm_that_is_not_concerned_is_fine(id, request_, seen):
    assert [row["verdict"] for row in rows_of(id, request_, seen)] == [OK]


def test_a_good_vm_has_one_row_for_each_check_and_no_warning():
    plan = plan_capture(REQUEST, GOOD)
    assert [(row["id"], row["verdict"]) for row in plan.findings["checks"]] == [(rule.id, OK) for rule in CONCERNED]
    assert {(row["why"], row["mend"]) for row in plan.findings["checks"]} == {("", "")}
    assert (plan.warnings, plan.findings["azure_clock_offset"]) == ((), 3)


def test_every_check_is_in_the_catalog_and_can_find_something():
    assert {rule.id for rule in RULES} == set(WAIVABLE)
    in_galleries = {rule.id for rule in RULES if rule.only == GALLERY}
    of_windows = {rule.id for rule in RULES if rule.os_type == "Windows"}
    assert {row[0] for row in (*FORBIDDEN, *WARNED)} == set(WAIVABLE) - in_galleries - of_windows


@pytest.mark.parametrize(("id", "request_", "seen", "text"), [row for row in FORBIDDEN if WAIVABLE[row[0]]])
def test_a_waived_finding_stays_in_the_report_and_does_not_warn(id, request_, seen, text):
    plan = plan_capture(replace(REQUEST, waive=frozenset({id}), **request_), replace(GOOD, **seen))
    assert (plan.changed, plan.warnings) == (True, ())
    assert {row["verdict"] for row in plan.findings["checks"] if row["id"] == id} == {WAIVED}


def test_all_that_forbids_a_capture_is_named_at_once():
    bad = replace(
        GOOD,
        vm=replace(RUNNING_VM, security_type="TrustedLaunch", boot_diagnostics=False),
        disks=(replace(OS_DISK, encrypted=True), DATA_DISK),
        without_group=frozenset({TARGET}),
    )
    with pytest.raises(InvalidRequest) as raised:
        plan_capture(REQUEST, bad)
    assert raised.value.message.startswith("4 things forbid capturing VM web1: resource group images was not found in subscription")
    for text in ("has no boot log", "TrustedLaunch", "web1-os of VM web1 is encrypted"):
        assert text in raised.value.message


def test_the_sentence_of_a_single_finding_says_what_to_do():
    ephemeral = replace(GOOD, **vm(os_disk=replace(STOPPED_VM.os_disk, ephemeral=True)))
    with pytest.raises(InvalidRequest) as raised:
        plan_capture(REQUEST, ephemeral)
    assert raised.value.message == (
        "VM web1 has an ephemeral OS disk, which Azure refuses: 'Source virtual machine cannot contain an ephemeral OS disk.'"
        " Use a VM whose OS disk is not ephemeral."
    )


def test_a_plan_whose_state_is_not_known_is_unproven_and_does_not_warn():
    (row,) = rows_of("plan_deprecation", {}, vm(plan=SHORT_PLAN))
    assert (row["verdict"], row["what"]) == (UNPROVEN, "The state of plan n of offer o by p, which VM web1 has, was not read.")
    assert plan_capture(REQUEST, replace(GOOD, **vm(plan=SHORT_PLAN))).warnings == ()


def test_rights_in_a_group_that_does_not_exist_are_unproven_and_do_not_warn():
    known = {place: value for place, value in GOOD.rights.items() if place.title != "resource group images"}
    (row,) = rows_of("rights", {}, {"rights": known})
    assert (row["verdict"], row["what"]) == (
        UNPROVEN,
        "The rights of this identity on resource group images were not read: it does not exist.",
    )
    assert plan_capture(REQUEST, replace(GOOD, rights=known)).warnings == ()


@pytest.mark.parametrize("state", ["Creating", "Updating", "Deleting"])
def test_an_image_that_azure_still_works_on_is_not_replaced(state):
    recreate = replace(REQUEST, recreate=True)
    with pytest.raises(InvalidRequest, match=f"image web-1, which is to be replaced, is {state}: run again later"):
        plan_capture(recreate, replace(GOOD, image=replace(ANOTHER, provisioning_state=state)))


def test_an_error_about_the_evidence_carries_the_report():
    with pytest.raises(InvalidRequest, match="not known to be sealed") as raised:
        plan_capture(REQUEST, replace(GOOD, verdict=Verdict(reason="its boot log holds no verdict")))
    assert [row["id"] for row in raised.value.facts["checks"]] == [rule.id for rule in CONCERNED]


def test_an_image_that_is_as_requested_needs_no_checks():
    assert plan_capture(REQUEST, Observed(vm=GENERALIZED, image=CAPTURED)).findings["checks"] == []


@pytest.mark.parametrize(
    ("waive", "text"),
    [
        (["no_such"], "waive: there is no check no_such; those that can be waived are backup_readable, disk_controller, disk_encryption, "),
        (["rights", "security_type"], "waive: security_type cannot be waived, because the capture would certainly fail without it"),
    ],
)
def test_a_waiver_must_name_a_check_that_can_be_waived(waive, text):
    with pytest.raises(InvalidRequest, match=text):
        CaptureRequest.from_params({**PARAMS, "waive": waive})


def test_waivers_are_read_from_the_options():
    assert CaptureRequest.from_params({**PARAMS, "waive": ["rights", ""]}).waive == {"rights"}
    assert CaptureRequest.from_params({**PARAMS, "waive": None}).waive == frozenset()


def test_the_tags_of_the_longest_seal_are_counted():
    """The seal of a VM that still runs has no time yet."""
    running = replace(GOOD, vm=replace(RUNNING_VM, tags=long_tags(2049 - SEAL_TAG)), check_mode=True)
    with pytest.raises(InvalidRequest, match="2049 characters"):
        plan_capture(REQUEST, running)
