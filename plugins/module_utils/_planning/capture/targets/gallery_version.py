# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version of an image definition in a gallery as the target of a capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...._core import tags as tag
from ...._core.guard import Guard
from ...._core.ids import region
from ...._core.model.disk import Disk
from ...._core.model.gallery import Gallery
from ...._core.model.gallery_image import GalleryImage
from ...._core.model.gallery_image_version import GalleryImageVersion
from ...._core.model.provisioning import BEING_MADE, FAILED, SUCCEEDED
from ...._core.model.vm import Vm
from ...._core.plan import Step
from ...evidence.required import Evidence, origin_tags
from ...gallery.adjusting import adjust
from ...gallery.numbers import Place
from ...gallery.publishing import copied, creation, predicted
from ...gallery.replication import is_usable_anywhere, is_usable_in
from ...gallery.source_rules import BY_MANAGED_IMAGE, OS_DISK
from ...gallery.sources import DefinitionKind, Judgement, SourceKind, judge, security_type_for
from ...gallery.target import GalleryTarget, Traits, creation_steps
from ...gallery.version_differences import publication_differences
from ...gallery.way import require_state
from ...steps.gallery import PutGalleryImageVersion
from ...steps.image import DeleteImage
from ..in_gallery import InGallery, interim_id
from ..recheck import Replaceable, ReplaceableVersion, SameVm, Usable
from ..request import CaptureRequest
from ..source import os_disk_id
from ..target import Outcome
from .managed_image import ManagedImage

NVME = "SCSI, NVMe"


@dataclass(frozen=True)
class GalleryVersion:
    """A version as it is requested by ``wanted``, next to what exists in the gallery."""

    request: CaptureRequest
    wanted: GalleryTarget
    found: InGallery

    @property
    def title(self) -> str:
        """Its name for sentences."""
        return f"version {self.found.choice.version.name} of image definition {self.wanted.image.name}"

    @property
    def existing(self) -> GalleryImageVersion | None:
        """The version with its number or, with ``version: next``, one that was made from the VM."""
        return self.found.choice.existing

    @property
    def exists(self) -> bool:
        """Whether there is such a version."""
        return self.existing is not None

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of the existing version; empty if there is none."""
        return self.existing.tags if self.existing else {}

    def flaw(self, vm: Vm | None) -> str | None:
        """Why the existing version is not the requested one; None if it is, or if there is none."""
        version = self.existing
        if version is None:
            return None
        if version.provisioning_state not in (SUCCEEDED, *BEING_MADE) and not is_usable_anywhere(version):
            return f"exists, but its provisioning state is {version.provisioning_state}"
        fixed = publication_differences(self.wanted.publication, version)
        other = f"exists, but {'; '.join(map(str, fixed))}" if fixed else None
        return self._other_origin(version, vm) or self._other_disks(version, vm) or other

    def is_leftover(self, vm: Vm) -> bool:
        """Whether the existing version is the remains of a failed run for this VM: it has never been usable."""
        version = self.existing
        if version is None or version.provisioning_state != FAILED or is_usable_anywhere(version):
            return False
        return _origin(version) == vm.vm_id

    def state(self) -> Mapping[str, Any]:
        """The version as it is."""
        return _result(self.existing)

    def tags_with(self, own: Mapping[str, str]) -> dict[str, str]:
        """The tags of the new version, not checked against Azure's limits. One that is replaced passes on those that are not ours."""
        kept = tag.without_ours(self.tags)
        marked = {**own, **self.found.origin, tag.RUN: self.wanted.publication.run_id}
        return tag.merged(kept, self.request.tags, self.request.append_tags, marked)

    def deletable(self, vm: Vm) -> Guard:
        """The VM may be deleted once VMs can be created from the version in its region, if it is still the same and has stopped."""
        return self._deletable(vm, Place(self.found.choice.version))

    def judgement(self, vm: Vm, os_disk: Disk | None) -> Judgement:
        """Whether the definition takes the VM, or through what the version is made."""
        return judge(DefinitionKind.of(self.definition(vm, os_disk)), self.kind(vm, os_disk))

    def kind(self, vm: Vm, os_disk: Disk | None) -> SourceKind:
        """The VM as a source. Outside of a specialized capture, it will be marked as generalized."""
        return SourceKind.of_vm(vm, os_disk, vm.generalized or not self.request.specialized, self.request.os_only)

    def definition(self, vm: Vm, os_disk: Disk | None) -> GalleryImage:
        """The definition that exists, or the one that is made on request."""
        gallery = self.gallery(vm)
        return self.found.image or self.wanted.new_image(gallery.location, _traits(vm, os_disk), security_type_for(self.kind(vm, os_disk)))

    def gallery(self, vm: Vm) -> Gallery:
        """The gallery that exists, or the one that is made on request."""
        return self.found.gallery or self.wanted.new_gallery(vm.location)

    def interim(self, vm: Vm) -> ManagedImage:
        """The interim image, next to one that an interrupted run has left."""
        request = replace(self.request, target=interim_id(vm), gallery=None, recreate=False, location=None)
        return ManagedImage(request, self.found.interim)

    def create(self, vm: Vm, disks: Sequence[Disk], evidence: Evidence) -> Outcome:
        """Create the version from the VM, from its OS disk, or from a managed image that is made for that and removed afterwards."""
        os_disk = disks[0] if disks else None
        road = self.judgement(vm, os_disk).road
        interim = self._interim_steps(vm, disks, evidence) if BY_MANAGED_IMAGE in road else ()
        published = self._publish(vm, road, evidence)
        put = next(step for step in published if isinstance(step, PutGalleryImageVersion))
        version = predicted(self.found.choice, put.claim.body)
        return Outcome(
            steps=(*interim, *published, *self._await_own_region(vm, put.claim.place, bool(interim) or BY_MANAGED_IMAGE in road)),
            after=_result(version),
            first=creation_steps(
                None if self.found.gallery else self.gallery(vm),
                None if self.found.image else self.definition(vm, os_disk),
                self.request.tags,
            ),
            clean_up=(DeleteImage(interim_id(vm)),) if BY_MANAGED_IMAGE in road else (),
            deletable=self._deletable(vm, put.claim.place),
            warnings=self._warnings(vm),
        )

    def _warnings(self, vm: Vm) -> tuple[str, ...]:
        """The warning that a repeated run is not without effect."""
        if tag.COPY_OF not in vm.tags or not self.found.choice.may_move:
            return ()
        return (f"VM {vm.id.name} is a throw-away copy: with version: next, each copy becomes another version.",)

    def adjust(self, vm: Vm | None, check_mode: bool) -> Outcome:
        """Set the tags and regions of the version that differ, repair replicas that failed, and remove what an interrupted run has left."""
        version = self.existing
        if version is None:
            raise ValueError("there is no version to adjust")
        if self.found.image:
            require_state(self.wanted, self.found.image)
        found = adjust(self.wanted.publication, version, lambda tags: self._wanted_tags(tags, vm), check_mode)
        left = self.found.interim is not None
        awaiting = () if vm is None or is_usable_in(version, vm.location) else self._await_own_region(vm, Place(version.id), left)
        return Outcome((*found.steps, *awaiting), _result(found.after), found.warnings, clean_up=self._removal_of_rest(vm))

    def _wanted_tags(self, stored: Mapping[str, str], vm: Vm | None) -> dict[str, str]:
        """The tags of an accepted version."""
        return tag.wanted(stored, self.request.tags, self.request.append_tags, origin_tags(vm) if vm else None)

    def _publish(self, vm: Vm, road: tuple[str, ...], evidence: Evidence) -> tuple[Step, ...]:
        existing = self.existing
        storage, source = self._storage(vm, road)
        return creation(
            self.wanted.publication,
            self.found.choice,
            region(vm.location),
            storage,
            tag.checked(self.tags_with(evidence.tags)),
            self.found.origin,
            source,
            guard=SameVm(vm),
            replaceable=ReplaceableVersion(existing, vm) if existing else SameVm(vm),
        )

    def _storage(self, vm: Vm, road: tuple[str, ...]) -> tuple[dict[str, Any], str]:
        """The storage profile of the version, and the source of it in sentences."""
        if BY_MANAGED_IMAGE in road:
            image = interim_id(vm)
            return {"source": {"id": str(image)}}, f"image {image.name}"
        if OS_DISK in road:
            caching = {"hostCaching": vm.os_disk.caching} if vm.os_disk.caching else {}
            return {"osDiskImage": {"source": {"id": str(os_disk_id(vm))}, **caching}}, f"the OS disk of VM {vm.id.name}"
        return {"source": {"virtualMachineId": str(vm.id)}}, f"VM {vm.id.name}"

    def _interim_steps(self, vm: Vm, disks: Sequence[Disk], evidence: Evidence) -> tuple[Step, ...]:
        """The steps that make the interim image; none if an interrupted run has made it."""
        interim = self.interim(vm)
        return () if interim.exists and interim.flaw(vm) is None else interim.create(vm, disks, evidence).steps

    def _removal_of_rest(self, vm: Vm | None) -> tuple[Step, ...]:
        """The step that removes the interim image, if an interrupted run has left it, and made it for this VM."""
        left = self.found.interim
        if vm is None or left is None or left.tags.get(tag.VM_ID, "").lower() != vm.vm_id:
            return ()
        return (DeleteImage(left.id, Replaceable(left, vm)),)

    def _await_own_region(self, vm: Vm, place: Place, needed: bool) -> tuple[Step, ...]:
        """The step that waits for the region of the VM if what the version is made from is deleted, and the task waits for less."""
        return copied(self.wanted.publication, place, vm.location, needed or self.request.delete_source)

    def _deletable(self, vm: Vm, place: Place) -> Guard:
        return Usable(place, region(vm.location), SameVm(vm))

    def _other_origin(self, version: GalleryImageVersion, vm: Vm | None) -> str | None:
        """Why a version was made from another VM than the one asked for, which may be gone by now."""
        origin, named = _origin(version), version.tags.get(tag.VM, "")
        if origin == vm.vm_id if vm else origin and named.casefold() == tag.id_value(self.request.vm).casefold():
            return None
        wanted = f"VM {vm.id.name} ({vm.vm_id})" if vm else "that VM"
        by_id = f"the VM with vmId {origin}" if origin else "an unknown source"
        return f"exists, but was made from {f'VM {named}' if named and vm is None else by_id}, not from {wanted}"

    def _other_disks(self, version: GalleryImageVersion, vm: Vm | None) -> str | None:
        luns = [each.get("lun") for each in version.storage.get("dataDiskImages") or ()]
        if version.provisioning_state in BEING_MADE:
            return None
        expected = [] if self.request.os_only else [disk.lun for disk in vm.data_disks] if vm else luns
        return f"exists, but holds the data disks at LUN {luns}, not {expected}" if sorted(luns) != sorted(expected) else None


def _origin(version: GalleryImageVersion) -> str:
    """The vmId of the VM that a version was made from, in lower case; empty if it is unknown."""
    return version.tags.get(tag.VM_ID, "").lower()


def _traits(vm: Vm, os_disk: Disk | None) -> Traits:
    """The properties of a VM that a new definition takes over."""
    stored = str(os_disk.capabilities.get("diskControllerTypes") or "") if os_disk else ""
    controllers = stored if "nvme" in stored.casefold() else NVME if (vm.disk_controller or "").casefold() == "nvme" else None
    return Traits(
        os_type=vm.os_type,
        generation=(os_disk.hyper_v_generation if os_disk else None) or "V1",
        architecture=(os_disk.architecture if os_disk else None) or "x64",
        controllers=controllers,
        plan=vm.plan or {},
    )


def _result(version: GalleryImageVersion | None) -> dict[str, Any]:
    return {"gallery_image_version": version.as_result() if version else None}
