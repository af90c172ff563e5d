# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules about a VM as the source of a managed image, and about that image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...._core import tags as tag
from ...._core.checks import WARN
from ...._core.ids import region
from ...._core.limits import LONGEST_TAG_VALUE
from ...._core.model.seal import Seal
from ...._core.tag_limits import broken_limits
from ...evidence.required import evidence_of, origin_tags
from .machine import DOCS, LIMITATIONS, TAGS, TOO_LATE
from .rule import IMAGE, Candidate, Finding, Rule

GALLERY = "set gallery_image_version, to capture it into a gallery, which takes it"
UNSUPPORTED_DISKS = {"UltraSSD_LRS": "an Ultra disk", "PremiumV2_LRS": "a Premium SSD v2 disk"}
"""The types of disks that images cannot hold."""
QUOTED = {"UltraSSD_LRS": ", which Azure refuses: 'Source virtual machine cannot contain UltraSSD.'"}
"""Azure's own words, where they are known."""


def _subscription(candidate: Candidate) -> Iterator[Finding]:
    vm, image = candidate.vm.id, candidate.request.target
    if vm.subscription.casefold() != image.subscription.casefold():
        yield Finding(
            f"image {image.name} is to be made in subscription {image.subscription}, but VM {vm.name} is in subscription {vm.subscription}",
            "Azure makes a managed image only in the subscription of its VM, and says so after the VM was marked as generalized",
            "capture into a resource group of the VM's subscription, with subscription_id",
        )


def _location(candidate: Candidate) -> Iterator[Finding]:
    there, asked = region(candidate.vm.location), candidate.request.location
    if asked not in (None, there):
        yield Finding(
            f"location: an image or version is made where its VM is, in {there}, not in {asked}",
            TOO_LATE,
            "omit location",
        )


def _security(candidate: Candidate) -> Iterator[Finding]:
    os_disk = candidate.seen.os_disk
    security = candidate.vm.security_type or (os_disk.security_type if os_disk else None)
    if security and security != "Standard":
        kind = "ConfidentialVM" if security.startswith("Confidential") else security
        yield Finding(
            f"VM {candidate.vm.id.name} has the security type {kind}, which Azure refuses: 'Creation of managed images are not supported"
            f" for virtual machine with {kind} security type.'",
            TOO_LATE,
            GALLERY,
        )


def _architecture(candidate: Candidate) -> Iterator[Finding]:
    os_disk = candidate.seen.os_disk
    if os_disk and os_disk.architecture == "Arm64":
        yield Finding(f"VM {candidate.vm.id.name}: managed images of Arm64 machines do not exist", TOO_LATE, GALLERY)


def _disk_types(candidate: Candidate) -> Iterator[Finding]:
    for attached, disk in candidate.captured:
        kind = (disk.storage_account_type if disk else None) or attached.storage_account_type or ""
        if kind in UNSUPPORTED_DISKS:
            yield Finding(
                f"disk {attached.disk.name if attached.disk else attached.name} of VM {candidate.vm.id.name} is {UNSUPPORTED_DISKS[kind]}"
                + QUOTED.get(kind, ", which images cannot hold"),
                TOO_LATE,
                "detach the disk, or set disks: os",
            )


def _encryption(candidate: Candidate) -> Iterator[Finding]:
    for attached, disk in candidate.captured:
        if attached.encrypted or (disk and disk.encrypted):
            yield Finding(
                f"disk {attached.disk.name if attached.disk else attached.name} of VM {candidate.vm.id.name}"
                " is encrypted by Azure Disk Encryption",
                "a VM made from the image could not unlock its disk, because the key belongs to the VM that was captured",
                "turn Azure Disk Encryption off and decrypt the disk first, or use encryption at host",
            )


def _controller(candidate: Candidate) -> Iterator[Finding]:
    if (candidate.vm.disk_controller or "").casefold() == "nvme":
        yield Finding(
            f"VM {candidate.vm.id.name} has the disk controller type NVMe, which a managed image cannot name",
            "VMs made from the image do not start in sizes that have NVMe only, such as the v6 sizes",
            "use sizes that also have SCSI for the new VMs, or set gallery_image_version, to capture the VM into a gallery",
            WARN,
        )


def _image_tags(candidate: Candidate) -> Iterator[Finding]:
    target = candidate.target
    for clause in broken_limits(target.tags_with(_likely_tags(candidate))):
        yield Finding(f"{target.title}: {clause}", TOO_LATE, "give fewer or shorter tags")


def _likely_tags(candidate: Candidate) -> Mapping[str, str]:
    """The tags about the origin of the image, with a seal of the length that all have."""
    if candidate.request.specialized:
        return origin_tags(candidate.vm)
    seal = Seal.of(candidate.vm.vm_id, "2026-11-22T00:00:00Z")
    return evidence_of(candidate.vm, seal, candidate.request.assume_sealed).tags


def _vm_tag(candidate: Candidate) -> Iterator[Finding]:
    if len(str(candidate.vm.id)) > LONGEST_TAG_VALUE:
        yield Finding(
            f"the id of VM {candidate.vm.id.name} does not fit into the tag {tag.VM}, which holds {LONGEST_TAG_VALUE} characters",
            f"the image is made without that tag, and names its VM only by {tag.VM_ID}",
            "use a shorter name for the VM or its resource group, or waive this check",
            WARN,
        )


def _plan(candidate: Candidate) -> Iterator[Finding]:
    plan = candidate.vm.plan
    if plan and len(tag.plan_value(plan)) > LONGEST_TAG_VALUE:
        yield Finding(
            f"the Marketplace plan of VM {candidate.vm.id.name} does not fit into the tag {tag.PLAN},"
            f" which holds {LONGEST_TAG_VALUE} characters",
            "a managed image has no property for a plan, and a VM made from the image does not start without its plan",
            "write down the plan, which is needed for each VM made from the image, and waive this check",
        )


RULES = (
    Rule(
        "subscription",
        "the image is made in the subscription of the VM",
        LIMITATIONS,
        _subscription,
        IMAGE,
    ),
    Rule("location", "the image is made in the region of the VM", LIMITATIONS, _location),
    Rule(
        "security_type",
        "the VM has the security type Standard",
        f"{DOCS}/trusted-launch#unsupported-features",
        _security,
        IMAGE,
    ),
    Rule("architecture", "the VM is not an Arm64 machine", LIMITATIONS, _architecture, IMAGE),
    Rule(
        "disk_types",
        "the image holds no Ultra and no Premium SSD v2 disk",
        f"{DOCS}/disks-types",
        _disk_types,
    ),
    Rule(
        "disk_encryption",
        "no disk of the image is encrypted by Azure Disk Encryption",
        f"{DOCS}/linux/disk-encryption-linux#restrictions",
        _encryption,
    ),
    Rule(
        "disk_controller",
        "the VM does not need disk controllers that the image cannot name",
        f"{DOCS}/nvme-overview",
        _controller,
        IMAGE,
    ),
    Rule("image_tags", "the tags of the image are within the limits", TAGS, _image_tags),
    Rule("vm_tag", f"the id of the VM fits into the tag {tag.VM}", TAGS, _vm_tag),
    Rule(
        "marketplace_plan",
        f"the VM has no Marketplace plan, or one that the tag {tag.PLAN} can hold",
        LIMITATIONS,
        _plan,
        IMAGE,
    ),
)
