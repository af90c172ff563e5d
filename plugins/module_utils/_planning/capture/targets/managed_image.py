# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A managed image as the target of a capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...._core import tags as tag
from ...._core.guard import Guard
from ...._core.ids import ResourceId, region
from ...._core.model.disk import NO_CACHING, Disk
from ...._core.model.image import Image, ImageDisk
from ...._core.model.provisioning import BEING_MADE, FAILED, SUCCEEDED
from ...._core.model.vm import Vm
from ...evidence.required import Evidence, origin_tags
from ...settling import settled
from ...steps.image import CreateImage, DeleteImage, TagImage
from ..recheck import Replaceable, SameVm
from ..request import CaptureRequest
from ..source import os_disk_id
from ..target import Outcome


@dataclass(frozen=True)
class ManagedImage:
    """A managed image as it is requested, and as it exists, if it does."""

    request: CaptureRequest
    image: Image | None = None

    @property
    def title(self) -> str:
        """Its name for sentences."""
        return f"image {self.request.target.name}"

    def flaw(self, vm: Vm | None) -> str | None:
        """Why the existing image is not the requested one; None if it is, or if there is none."""
        image = self.image
        if image is None:
            return None
        if image.provisioning_state not in (SUCCEEDED, *BEING_MADE):
            return f"exists, but its provisioning state is {image.provisioning_state}"
        return self._other_origin(vm) or self._other_kind(image) or self._other_disks(image, vm)

    def is_leftover(self, vm: Vm) -> bool:
        """Whether the existing image is the remains of a failed run for this VM: it has never been usable."""
        return self.image is not None and self.image.provisioning_state == FAILED and _origin(self.image) == vm.vm_id

    @property
    def exists(self) -> bool:
        """Whether there is an image under its id."""
        return self.image is not None

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of the existing image; empty if there is none."""
        return self.image.tags if self.image else {}

    def state(self) -> Mapping[str, Any]:
        """The image as it is."""
        return _result(self.image)

    def deletable(self, vm: Vm) -> Guard:
        """The VM may be deleted if it is still the same, and has stopped."""
        return SameVm(vm)

    def create(self, vm: Vm, disks: Sequence[Disk], evidence: Evidence) -> Outcome:
        """Create the image from the VM or, without its data disks, from its OS disk. An existing image is deleted first."""
        image = self._predicted(vm, disks, evidence)
        source = f"the OS disk of VM {vm.id.name}" if self._is_from_disk(vm) else f"VM {vm.id.name}"
        former = (DeleteImage(image.id, Replaceable(self.image, vm)),) if self.image else ()
        return Outcome((*former, CreateImage(image.id, source, self._body(vm, image), SameVm(vm))), _result(image))

    def adjust(self, vm: Vm | None, check_mode: bool) -> Outcome:
        """Set the tags of the image that differ."""
        image = self.image
        if image is None:
            raise ValueError("there is no image to adjust")
        _image, warnings = settled("image", image, check_mode)
        tags = tag.wanted(image.tags, self.request.tags, self.request.append_tags, origin_tags(vm) if vm else None)
        steps = (TagImage(image.id, tags),) if tags != image.tags else ()
        return Outcome(steps, _result(replace(image, tags=tags)), warnings)

    def _other_origin(self, vm: Vm | None) -> str | None:
        """Why the existing image was made from another VM than the one asked for, which may be gone by now."""
        image = self.image
        if image is None or (_origin(image) == vm.vm_id if vm else _is_made_from(image, self.request.vm)):
            return None
        wanted = f"VM {vm.id.name} ({vm.vm_id})" if vm else "that VM"
        return f"exists, but was made from {_named_origin(image, vm)}, not from {wanted}"

    def tags_with(self, own: Mapping[str, str]) -> dict[str, str]:
        """The tags of the new image, not checked against Azure's limits. An image that is replaced passes on those that are not ours."""
        kept = tag.without_ours(self.image.tags) if self.image else {}
        return tag.merged(kept, self.request.tags, self.request.append_tags, own)

    def _other_kind(self, image: Image) -> str | None:
        if self.request.location not in (None, region(image.location)):
            return f"exists in {image.location}, not in {self.request.location}"
        if self.request.zone_resilient not in (None, image.zone_resilient):
            return f"exists, but is {'' if image.zone_resilient else 'not '}zone resilient"
        return None

    def _other_disks(self, image: Image, vm: Vm | None) -> str | None:
        luns = [disk.lun for disk in image.data_disks]
        expected = [] if self.request.os_only else [disk.lun for disk in vm.data_disks] if vm else luns
        return f"exists, but holds the data disks at LUN {luns}, not {expected}" if luns != expected else None

    def _is_from_disk(self, vm: Vm) -> bool:
        """Whether the OS disk is the source: an image made from a VM always holds its data disks too."""
        return self.request.os_only and bool(vm.data_disks)

    def _predicted(self, vm: Vm, disks: Sequence[Disk], evidence: Evidence) -> Image:
        """The image as it will be."""
        held = [
            ImageDisk(str(each.disk), each.lun, each.size_gib, each.caching or NO_CACHING, each.storage_account_type) for each in vm.disks
        ]
        return Image(
            id=self.request.target,
            location=region(vm.location),
            source=None if self._is_from_disk(vm) else vm.id,
            os_type=vm.os_type,
            os_state="Generalized",
            hyper_v_generation=disks[0].hyper_v_generation if disks else None,
            os_disk=held[0],
            data_disks=() if self.request.os_only else tuple(held[1:]),
            zone_resilient=bool(self.request.zone_resilient),
            tags=tag.checked(self.tags_with(evidence.tags)),
        )

    def _body(self, vm: Vm, image: Image) -> dict[str, Any]:
        """The request body that creates the image."""
        properties: dict[str, Any] = {"hyperVGeneration": image.hyper_v_generation or "V1"}
        storage: dict[str, Any] = {} if self.request.zone_resilient is None else {"zoneResilient": self.request.zone_resilient}
        if self._is_from_disk(vm):
            storage["osDisk"] = {"osType": vm.os_type, "osState": "Generalized", "managedDisk": {"id": str(os_disk_id(vm))}}
            if vm.os_disk.caching:
                storage["osDisk"]["caching"] = vm.os_disk.caching
        else:
            properties["sourceVirtualMachine"] = {"id": str(vm.id)}
        if storage:
            properties["storageProfile"] = storage
        return {"location": image.location, "tags": dict(image.tags), "properties": properties}


def _origin(image: Image) -> str:
    """The vmId of the VM that an image was made from, in lower case; empty if it is unknown."""
    return image.tags.get(tag.VM_ID, "").lower()


def _is_made_from(image: Image, vm: ResourceId) -> bool:
    """Whether an image says itself that it was captured from the VM with this id: by its tags and, if it has one, by its source VM.

    The name of an image says nothing about its source. Images of earlier versions have no tag for an id that is too long for one.
    """
    if not _origin(image) or image.source not in (None, vm):
        return False
    named = image.tags.get(tag.VM) or (tag.id_value(image.source) if image.source else "")
    return named.casefold() == tag.id_value(vm).casefold()


def _named_origin(image: Image, vm: Vm | None) -> str:
    """The VM that an image was made from, as a user can look it up."""
    if vm is None and (source := image.source or image.tags.get(tag.VM)):
        return f"VM {source}"
    return f"the VM with vmId {_origin(image)}" if _origin(image) else "an unknown source"


def _result(image: Image | None) -> dict[str, Any]:
    return {"image": image.as_result() if image else None}
