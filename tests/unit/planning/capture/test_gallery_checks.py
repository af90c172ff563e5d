# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of a capture into a gallery, all of which run before the guest is generalized."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.checks import BLOCK, OK, WAIVED, WARN
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY_IMAGE
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.lock import Lock
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.rights import Permission, Rights
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.backups import backups_in
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.checks.catalog import WAIVABLE
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.checks.report import RULES
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.checks.rule import GALLERY
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.evidence import Verdict
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.in_gallery import interim_id
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.permissions import actions_of
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.plan import plan_capture
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.publishing import Choice

from tests.support.capture_values import BACKUPS, CAPTURED, DATA_DISK, OS_DISK, RUNNING_VM, SEAL, STOPPED_VM
from tests.support.gallery_capture_values import A_GALLERY, DEFINITION_ID, EMPTY, FIRST, GALLERY_ID, definition, request, version

ALL = Rights((Permission(("*",)),))
PLAN = {"name": "n", "publisher": "p", "product": "o"}
CREATE = {"create_gallery_image": True}
SPECIALIZED = {"os_state": "specialized"}
OTHERS = version(tags={tag.VM_ID: "ffffffff", tag.VM: "other"})
PROTECTED = replace(OTHERS, properties={**OTHERS.properties, "safetyProfile": {"blockDeletionBeforeEndOfLife": True}})


def seen(found=EMPTY, vm=STOPPED_VM, os_disk=OS_DISK, request_=None, **more: Any) -> Observed:
    """A good VM, and what is in the gallery."""
    places = {each.place: ALL for each in actions_of(request_ or request(source="delete"), found, vm)}
    known = {"rights": places, "verdict": Verdict(SEAL), "backups": backups_in(BACKUPS)} | more
    return Observed(vm=vm, in_gallery=found, disks=(os_disk, DATA_DISK), **known)


def found(**changes: Any) -> dict[str, Any]:
    """Something else in the gallery."""
    return {"found": replace(EMPTY, **changes)}


def of(**changes: Any) -> dict[str, Any]:
    """Another definition."""
    return found(image=definition(**changes))


def chosen(existing) -> dict[str, Any]:
    """A version that exists under the number."""
    return found(choice=Choice(FIRST, existing))


def vm(**changes: Any) -> dict[str, Any]:
    return {"vm": replace(STOPPED_VM, **changes)}


TRUSTED = replace(OS_DISK, security_type="TrustedLaunch")
LEFT = replace(CAPTURED, id=interim_id(STOPPED_VM), tags={tag.VM_ID: "ffffffff"})
# Id, suboptions, options, what is there, text.
FORBIDDEN = [
    (
        "gallery",
        CREATE,
        {},
        found(gallery=None, image=None),
        "no gallery team in resource group hub of subscription .*: create it first, or set",
    ),
    ("gallery", {}, {}, found(gallery=replace(A_GALLERY, provisioning_state="Failed")), "gallery team is Failed"),
    ("gallery_image", {}, {}, found(image=None), "no image definition web in gallery team: create it first, or set create_gallery_image"),
    ("gallery_image", {}, {}, of(hyperVGeneration="V1"), "have different generations: .* hyper_v_generation V2, the definition V1"),
    ("gallery_image", {}, {}, of(osType="Windows"), "have different operating systems"),
    ("gallery_image", {}, {}, of(osState="Specialized"), "have different states: the source is Generalized, the definition Specialized"),
    ("gallery_image", SPECIALIZED, {}, {}, "have different states: the source is Specialized, the definition Generalized"),
    ("gallery_image", {}, {}, {**of(architecture="Arm64"), "os_disk": replace(OS_DISK, architecture="x64")}, "different architectures"),
    ("gallery_image", {"security_type": "TrustedLaunch"}, {}, {}, "has the SecurityType Standard, not TrustedLaunch"),
    ("gallery_image", {}, {}, found(image=replace(definition(), provisioning_state="Failed")), "definition web in gallery team is Failed"),
    (
        "gallery_image",
        CREATE,
        {},
        found(image=None, others=(replace(definition(), id=GALLERY_ID.child(GALLERY_IMAGE, "Other")),)),
        "image definition Other in gallery team has the publisher, offer and SKU team:web:web",
    ),
    (
        "gallery_image",
        {**CREATE, "security_type": "TrustedLaunchSupported"},
        {},
        {**found(image=None), "os_disk": replace(OS_DISK, hyper_v_generation="V1")},
        "security_type: TrustedLaunchSupported needs a VM of generation V2",
    ),
    ("gallery_source", {}, {}, {**of(security="TrustedLaunchSupported"), "os_disk": TRUSTED}, "use a definition of SecurityType Trusted"),
    (
        "gallery_source",
        {},
        {},
        found(image=definition("TrustedLaunchSupported"), interim=LEFT),
        "image web1-aaaaaaaa-version, from which the version would be made, exists, but was made from",
    ),
    ("gallery_source", {"replication_mode": "Shallow"}, {"source": "delete"}, {}, "a Shallow version refers to the disks"),
    (
        "gallery_region",
        {"target_regions": [{"name": "Moon"}]},
        {},
        found(regions=frozenset({"westeurope"})),
        "target_regions: Moon is not a region that has galleries",
    ),
    ("gallery_version", {"version": "1.0.0"}, {}, chosen(OTHERS), "version 1.0.0 of image definition web exists, but was made from the VM"),
    ("gallery_version", {"version": "1.0.0"}, {"recreate": True}, chosen(replace(OTHERS, provisioning_state="Updating")), "is Updating"),
    ("gallery_version", {"version": "1.0.0"}, {"recreate": True}, chosen(PROTECTED), "is protected until its end of life"),
    ("gallery_plan", {}, {}, vm(plan=PLAN), "has the purchase plan n:p:o, and image definition web has no purchase plan"),
    ("gallery_plan", {}, {}, of(purchasePlan=PLAN), "has no purchase plan, and image definition web has the purchase plan n:p:o"),
    ("running_vm", SPECIALIZED, {"source": "delete"}, {**of(osState="Specialized"), "vm": RUNNING_VM}, "is running, and is to be deleted"),
]
WARNED = [
    ("gallery_source", {}, {}, {"os_disk": TRUSTED}, "not documented whether a definition of SecurityType Standard takes a VM"),
    (
        "gallery_region",
        {},
        {},
        found(gallery=replace(A_GALLERY, location="eastus", properties={"sharingProfile": {"permissions": "Community"}})),
        "team is made for sharing and is in eastus, but VM web1 is in westeurope",
    ),
    ("gallery_controller", {}, {}, vm(disk_controller="NVMe"), "which image definition web does not name"),
    ("running_vm", SPECIALIZED, {}, {**of(osState="Specialized"), "vm": RUNNING_VM}, "VM web1 is running"),
]
UNCONCERNED = [
    ("gallery", {"create_gallery": True, **CREATE}, {}, found(gallery=None, image=None)),
    ("gallery_image", CREATE, {}, found(image=None)),
    ("gallery_image", CREATE, {}, found(image=None, others=(definition(),))),
    ("gallery_source", {}, {}, {**of(security="TrustedLaunch"), "os_disk": TRUSTED}),
    ("gallery_source", {}, {}, of(security="TrustedLaunchSupported")),
    ("gallery_source", {}, {}, found(image=definition("TrustedLaunchSupported"), interim=replace(LEFT, tags=CAPTURED.tags))),
    ("gallery_plan", {}, {}, {**of(purchasePlan={**PLAN, "name": "N"}), **vm(plan=PLAN)}),
    ("gallery_plan", CREATE, {}, {**found(image=None), **vm(plan=PLAN)}),
    ("gallery_controller", {}, {}, {**of(features=[{"name": "DiskControllerTypes", "value": "NVMe, SCSI"}]), **vm(disk_controller="NVMe")}),
    ("gallery_controller", CREATE, {}, {**found(image=None), **vm(disk_controller="NVMe")}),
    ("gallery_version", {"version": "1.0.0"}, {"recreate": True}, chosen(OTHERS)),
    ("gallery_version", {"version": "1.0.0"}, {}, chosen(version(state="Failed"))),
    ("gallery_region", {"target_regions": [{"name": "Moon"}]}, {}, {}),
]
IN_GALLERIES = {rule.id for rule in RULES if rule.only == GALLERY}


def plan(option: dict[str, Any], options: dict[str, Any], there: dict[str, Any], **more: Any) -> Any:
    asked = request(option, **options)
    return plan_capture(asked, replace(seen(**{"request_": asked, **there}), **more))


@pytest.mark.parametrize(("id", "option", "options", "there", "text"), FORBIDDEN)
@pytest.mark.parametrize("check_mode", [False, True], ids=["real run", "check mode"])
def test_what_a_gallery_requires_blocks_before_the_first_write(id, option, options, there, text, check_mode):
    if check_mode and "is Updating" in text:
        return
    with pytest.raises(InvalidRequest, match=text) as raised:
        plan(option, options, there, check_mode=check_mode)
    blocking = [row for row in raised.value.facts["checks"] if row["verdict"] == BLOCK]
    assert {row["id"] for row in blocking} == {id}
    assert all(row["why"] and row["mend"] and row["source"].startswith("https://") for row in blocking)


@pytest.mark.parametrize(("id", "option", "options", "there", "text"), WARNED)
def test_what_may_go_well_warns(id, option, options, there, text):
    planned = plan(option, options, there)
    (row,) = (row for row in planned.findings["checks"] if row["id"] == id)
    assert (row["verdict"], text in row["what"]) == (WARN, True)
    assert any(text in warning for warning in planned.warnings)


@pytest.mark.parametrize(("id", "option", "options", "there"), UNCONCERNED)
def test_a_gallery_that_is_not_concerned_is_fine(id, option, options, there):
    assert [row["verdict"] for row in plan(option, options, there).findings["checks"] if row["id"] == id] == [OK]


def test_every_check_of_galleries_can_find_something_and_stands_in_the_report():
    assert {row[0] for row in (*FORBIDDEN, *WARNED)} == IN_GALLERIES
    report = plan({}, {}, {}).findings["checks"]
    assert [row["id"] for row in report] == [rule.id for rule in RULES if rule.concerns(request(), "Linux")]
    assert {row["verdict"] for row in report} == {OK}


@pytest.mark.parametrize(("id", "option", "options", "there", "text"), [row for row in FORBIDDEN if WAIVABLE[row[0]]])
def test_a_waived_finding_stays_in_the_report(id, option, options, there, text):
    rows = plan(option, {**options, "waive": [id]}, there).findings["checks"]
    assert {row["verdict"] for row in rows if row["id"] == id} == {WAIVED}


def test_a_vm_that_no_managed_image_takes_is_taken_by_a_gallery():
    disk = replace(TRUSTED, architecture="Arm64")
    there = {**of(security="TrustedLaunch", architecture="Arm64"), "os_disk": disk, **vm(security_type="TrustedLaunch")}
    assert plan({}, {}, there).changed


@pytest.mark.parametrize(
    ("found_", "title", "actions"),
    [
        (EMPTY, "image definition web", {"galleries/images/versions/write"}),
        (replace(EMPTY, image=None), "gallery team", {"galleries/images/write", "galleries/images/versions/write"}),
        (
            replace(EMPTY, image=None, gallery=None),
            "resource group hub",
            {"galleries/write", "galleries/images/write", "galleries/images/versions/write"},
        ),
        (
            replace(EMPTY, choice=Choice(FIRST, OTHERS)),
            "image definition web",
            {"galleries/images/versions/delete", "galleries/images/versions/write"},
        ),
        (
            replace(EMPTY, image=definition("TrustedLaunchSupported")),
            "resource group build",
            {"snapshots/read", "images/write", "images/delete"},
        ),
    ],
    ids=["a version", "a definition", "a gallery", "a replaced version", "an interim image"],
)
def test_rights_are_needed_at_the_nearest_resource_that_exists(found_, title, actions):
    needed = [each for each in actions_of(request(), found_, STOPPED_VM) if each.place.title == title]
    assert {each.action.removeprefix("Microsoft.Compute/") for each in needed} == actions


def test_a_specialized_capture_needs_no_rights_to_change_the_vm():
    needed = {each.action.rpartition("Microsoft.Compute/")[2] for each in actions_of(request(SPECIALIZED), EMPTY, RUNNING_VM)}
    assert needed == {"galleries/images/versions/write"}


def test_missing_rights_and_locks_in_the_gallery_are_found():
    asked = request()
    rights = {each.place: ALL for each in actions_of(asked, EMPTY, STOPPED_VM)}
    place = next(each for each in rights if each.title == "image definition web")
    with pytest.raises(InvalidRequest, match="lacks the right Microsoft.Compute/galleries/images/versions/write on image definition web"):
        plan({}, {}, {}, rights={**rights, place: Rights((Permission(("*/read",)),))})
    lock = Lock("keep", "ReadOnly", str(GALLERY_ID))
    with pytest.raises(InvalidRequest, match="the ReadOnly lock keep on .* forbids to change version 1.0.0 of image definition web"):
        plan({}, {}, {}, locks=frozenset({lock}))
    with pytest.raises(InvalidRequest, match="forbids to delete version 1.0.0"):
        plan({"version": "1.0.0"}, {"recreate": True}, chosen(OTHERS), locks=frozenset({Lock("keep", "CanNotDelete", str(DEFINITION_ID))}))
