# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules about a version in a gallery: the gallery, the image definition, and whether it takes the VM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from ...._core.checks import BLOCK, WARN
from ...._core.ids import region
from ...._core.model.gallery import PRIVATE
from ...._core.model.gallery_image import DISK_CONTROLLERS, STANDARD, GalleryImage
from ...._core.model.provisioning import BUSY, FAILED
from ...gallery.deletion import is_protected
from ...gallery.publication import SHALLOW
from ...gallery.source_rules import BY_MANAGED_IMAGE, REFUSED
from ...gallery.source_rules import WARN as DOUBTED
from ...gallery.sources import DefinitionKind, SourceKind, judge
from ...gallery.target import PLAN
from ..targets.gallery_version import GalleryVersion
from .machine import DOCS, TOO_LATE
from .rule import GALLERY, Candidate, Finding, Rule

GALLERIES = f"{DOCS}/shared-image-galleries"
TROUBLES = f"{DOCS}/troubleshooting-shared-images"
COMPARED = {"generation": "generations", "os_type": "operating systems", "os_state": "states", "architecture": "architectures"}
"""The properties that a definition and its versions have in common."""


class _Place(NamedTuple):
    """The version that is to be made, the definition for it, and the VM as its source."""

    target: GalleryVersion
    definition: GalleryImage
    source: SourceKind


def _place(candidate: Candidate) -> _Place | None:
    """The place of the version; None if the VM becomes a managed image."""
    target, os_disk = candidate.target, candidate.seen.os_disk
    if not isinstance(target, GalleryVersion):
        return None
    return _Place(target, target.definition(candidate.vm, os_disk), target.kind(candidate.vm, os_disk))


def _gallery(candidate: Candidate) -> Iterator[Finding]:
    if (place := _place(candidate)) is None:
        return
    wanted, gallery = place.target.wanted, place.target.found.gallery
    if gallery is None and not wanted.creates_gallery and candidate.request.target not in candidate.seen.without_group:
        yield Finding(
            f"there is no gallery {wanted.gallery.name} in resource group {wanted.gallery.resource_group}"
            f" of subscription {wanted.gallery.subscription}",
            TOO_LATE,
            "create it first, or set create_gallery: true",
        )
    elif gallery and (gallery.provisioning_state == FAILED or gallery.provisioning_state in BUSY):
        yield Finding(
            f"gallery {gallery.id.name} is {gallery.provisioning_state}",
            TOO_LATE,
            "run again later, or mend the gallery first",
            WARN if candidate.seen.check_mode and gallery.provisioning_state in BUSY else BLOCK,
        )


def _gallery_image(candidate: Candidate) -> Iterator[Finding]:
    if (place := _place(candidate)) is None:
        return
    target, definition = place.target, place.definition
    named = f"image definition {definition.id.name} in gallery {definition.id.parent.name}"
    if target.found.image is None:
        if not target.wanted.creates_image:
            yield Finding(f"there is no {named}", TOO_LATE, "create it first, or set create_gallery_image: true")
            return
        yield from _new_definition(target, definition)
    elif definition.provisioning_state == FAILED:
        yield Finding(f"{named} is {FAILED}", TOO_LATE, "mend the definition first, or name another one")
    for name, plural in COMPARED.items():
        yield from _mismatch(place, name, plural)
    if target.wanted.security_type and target.wanted.security_type != definition.security_type:
        yield Finding(
            f"{named} has the SecurityType {definition.security_type}, not {target.wanted.security_type}",
            "the SecurityType of a definition cannot be changed",
            "omit security_type, or name another definition",
        )


def _new_definition(target: GalleryVersion, definition: GalleryImage) -> Iterator[Finding]:
    """The findings about a definition that is to be made."""
    if definition.hyper_v_generation == "V1" and definition.security_type != STANDARD:
        yield Finding(
            f"security_type: {definition.security_type} needs a VM of generation V2",
            TOO_LATE,
            f"omit security_type, or set it to {STANDARD}",
        )
    identifier = _identifier(definition)
    for other in target.found.others:
        if _identifier(other) == identifier:
            yield Finding(
                f"image definition {other.id.name} in gallery {other.id.parent.name} has the publisher, offer and SKU"
                f" {':'.join(identifier.values())}, too",
                TOO_LATE,
                "name another publisher, offer or SKU in identifier",
            )


def _identifier(definition: GalleryImage) -> Mapping[str, str]:
    """Publisher, offer and SKU, which Azure compares without case."""
    stored = definition.properties.get("identifier") or {}
    return {part: str(stored.get(part)).casefold() for part in ("publisher", "offer", "sku")}


def _mismatch(place: _Place, name: str, plural: str) -> Iterator[Finding]:
    """The finding that definition and VM have different values of one property. All others are taken as equal meanwhile."""
    kind, source = DefinitionKind.of(place.definition), place.source
    wanted, found = getattr(kind, name), getattr(source, name)
    if None in (wanted, found) or wanted == found:
        return
    text = judge(replace(_equal(kind, source), **{name: wanted}), source).text
    yield Finding(f"the VM and image definition {place.definition.id.name} have different {plural}: {_clause(text)}", TOO_LATE, MATCHING)


MATCHING = "name a definition that matches the VM"


def _equal(kind: DefinitionKind, source: SourceKind) -> DefinitionKind:
    """The definition as if it matched the VM."""
    return replace(
        kind,
        generation=source.generation,
        os_type=source.os_type,
        os_state=source.os_state or kind.os_state,
        architecture=source.architecture,
    )


def _clause(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}".rstrip(".")


def _gallery_source(candidate: Candidate) -> Iterator[Finding]:
    if (place := _place(candidate)) is None:
        return
    target, vm = place.target, candidate.vm
    found = judge(_equal(DefinitionKind.of(place.definition), place.source), place.source)
    if found.verdict in (REFUSED, DOUBTED):
        text, _colon, mend = found.text.partition(": ")
        yield Finding(
            f"image definition {place.definition.id.name}: {_clause(text)}",
            TOO_LATE if found.verdict == REFUSED else f"nothing is known about it: {found.source}",
            mend.partition(" Azure's words")[0].rstrip(".") or MATCHING,
            BLOCK if found.verdict == REFUSED else WARN,
        )
    interim = target.interim(vm)
    if BY_MANAGED_IMAGE in found.road and not interim.is_leftover(vm) and (flaw := interim.flaw(vm)):
        yield Finding(f"{interim.title}, from which the version would be made, {flaw}", TOO_LATE, "delete or rename it")
    if target.wanted.publication.replication_mode == SHALLOW and (candidate.request.delete_source or BY_MANAGED_IMAGE in found.road):
        yield Finding(
            f"replication_mode: a {SHALLOW} version refers to the disks that it was made from, which this task deletes",
            "VMs could not be created from the version any more",
            "use the mode Full, or keep the source",
        )


def _running(candidate: Candidate) -> Iterator[Finding]:
    vm = candidate.vm
    if not candidate.request.specialized or vm.has_stopped:
        return
    if candidate.request.delete_source:
        yield Finding(
            f"VM {vm.id.name} is {vm.power or 'not stopped'}, and is to be deleted",
            "what its guest writes after the version was made would be lost",
            "stop the VM first, or set source: keep",
        )
        return
    yield Finding(
        f"VM {vm.id.name} is {vm.power or 'not stopped'}",
        "its disks are copied as they are after a power failure, one after the other; with version: next, each run makes another version",
        "deallocate the VM first if its programs cannot recover from that, or waive this check",
        WARN,
    )


def _region(candidate: Candidate) -> Iterator[Finding]:
    if (place := _place(candidate)) is None:
        return
    target, there = place.target, region(candidate.vm.location)
    known = target.found.regions
    for each in target.wanted.publication.target_regions:
        if known and region(each.name) not in known:
            yield Finding(f"target_regions: {each.name} is not a region that has galleries", TOO_LATE, "name another region, or omit it")
    gallery = target.gallery(candidate.vm)
    if gallery.permissions != PRIVATE and region(gallery.location) != there:
        yield Finding(
            f"gallery {gallery.id.name} is made for sharing and is in {region(gallery.location)},"
            f" but VM {candidate.vm.id.name} is in {there}",
            "images that are shared with a community or directly have to be in the region of their gallery",
            f"use a gallery in {there} if the version is to be shared",
            WARN,
        )


def _version(candidate: Candidate) -> Iterator[Finding]:
    if (place := _place(candidate)) is None or (version := place.target.existing) is None:
        return
    target = place.target
    if (flaw := target.flaw(candidate.vm)) and not candidate.request.recreate and not target.is_leftover(candidate.vm):
        yield Finding(
            f"{target.title} {flaw}",
            "a version that exists is replaced only on request",
            "set recreate to replace it, or set version: next",
        )
    elif version.provisioning_state in BUSY:
        yield Finding(
            f"{target.title}, which is to be replaced, is {version.provisioning_state}",
            "Azure may refuse to delete it, and would do so after the VM was marked as generalized, which cannot be undone",
            "run again later, or set version: next",
            WARN if candidate.seen.check_mode else BLOCK,
        )
    elif is_protected(version, target.found.now):
        yield Finding(
            f"{target.title}, which is to be replaced, is protected until its end of life",
            TOO_LATE,
            "set version: next, or delete it with gallery_image_version and allow_deletion_before_end_of_life: true",
        )


def _plan(candidate: Candidate) -> Iterator[Finding]:
    if (place := _place(candidate)) is None:
        return
    own = {part: (candidate.vm.plan or {}).get(part, "").casefold() for part in PLAN}
    stored = {part: place.definition.plan.get(part, "").casefold() for part in PLAN}
    if own != stored:
        yield Finding(
            f"VM {candidate.vm.id.name} has {_named_plan(own)}, and image definition {place.definition.id.name} has {_named_plan(stored)}",
            "a VM made from the version does not start without the plan of the Marketplace image that its disks stem from",
            "name a definition with that purchase plan, or waive this check and name the plan for each new VM",
        )


def _named_plan(plan: Mapping[str, str]) -> str:
    return f"the purchase plan {':'.join(plan.values())}" if any(plan.values()) else "no purchase plan"


def _controller(candidate: Candidate) -> Iterator[Finding]:
    if (place := _place(candidate)) is None:
        return
    named = (place.definition.feature(DISK_CONTROLLERS) or "SCSI").casefold()
    if (candidate.vm.disk_controller or "").casefold() == "nvme" and "nvme" not in named:
        yield Finding(
            f"VM {candidate.vm.id.name} has the disk controller type NVMe, which image definition {place.definition.id.name} does not name",
            "VMs made from the version do not start in sizes that have NVMe only, such as the v6 sizes",
            "use sizes that also have SCSI for the new VMs, or a definition whose disk controller types include NVMe",
            WARN,
        )


RULES = (
    Rule("gallery", "the gallery exists, or is created", GALLERIES, _gallery, GALLERY),
    Rule("gallery_image", "the image definition matches the VM, or is created", TROUBLES, _gallery_image, GALLERY),
    Rule(
        "gallery_source",
        "the image definition takes the VM, or what is made from it",
        f"{DOCS}/image-version",
        _gallery_source,
        GALLERY,
    ),
    Rule("gallery_region", "the version can be made in the region of the VM, and replicated", GALLERIES, _region, GALLERY),
    Rule("gallery_version", "no version of that number is in the way", TROUBLES, _version, GALLERY),
    Rule(
        "gallery_plan",
        "VM and image definition have the same purchase plan, or none",
        f"{DOCS}/marketplace-images",
        _plan,
        GALLERY,
    ),
    Rule(
        "gallery_controller",
        "the image definition names the disk controllers that the VM needs",
        f"{DOCS}/nvme-overview",
        _controller,
        GALLERY,
    ),
    Rule("running_vm", "the VM has stopped, or is waited for", GALLERIES, _running, GALLERY),
)
