# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VM becomes a managed image: what that still takes, and everything that forbids it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core import references
from ..._core import tags as tag
from ..._core.errors import InvalidRequest, TimedOut
from ..._core.ids import IMAGE, VM, ResourceId, region
from ..._core.limits import LONGEST_TAG_VALUE, require_wait
from ..._core.model.disk import NO_CACHING, Disk
from ..._core.model.image import Image, ImageDisk
from ..._core.model.provisioning import FAILED, SUCCEEDED
from ..._core.model.seal import Seal
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import DEALLOCATED, AttachedDisk, Vm
from ..._core.plan import Plan, Step
from ..._core.times import require_hours
from ..steps.image import CreateImage, DeleteImage, TagImage
from ..steps.vm import Deallocate, DeleteVm, Generalize, KeepSeal, StampSeal
from . import evidence

ULTRA = "UltraSSD_LRS"


@dataclass(frozen=True)
class CaptureRequest:
    """What the task asks for."""

    vm: ResourceId
    target: ResourceId
    location: str | None = None
    os_only: bool = False
    backup_required: bool = True
    backup_max_age: int = evidence.MAX_AGE
    delete_source: bool = False
    assume_sealed: bool = False
    recreate: bool = False
    zone_resilient: bool | None = None
    tags: Mapping[str, str] | None = None
    append_tags: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> CaptureRequest:
        """Check and complete the module's options."""
        require_wait(params)
        return cls(
            vm=references.parse_reference(params["vm"], VM, params["resource_group"], "vm"),
            target=references.own_id(params, IMAGE),
            location=region(params["location"]) if params.get("location") else None,
            os_only=params["disks"] == "os",
            backup_required=params["backup"] == "require",
            backup_max_age=require_hours("backup_max_age", params["backup_max_age"]),
            delete_source=params["source"] == "delete",
            assume_sealed=params["sealed"] == "assume",
            recreate=params["recreate"],
            zone_resilient=params["zone_resilient"],
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
        )

    def within(self, subscription: str) -> CaptureRequest:
        """The same request with full ids."""
        return replace(self, vm=self.vm.within(subscription), target=self.target.within(subscription))


@dataclass(frozen=True)
class Observed:
    """What Azure said; of the data disks, those that ``concerned`` names.

    ``groupless`` is what was not found and whose group does not exist either.
    ``foresee`` is check mode: a VM that still runs is taken for one that has stopped, sealed and backed up.
    """

    vm: Vm | None = None
    image: Image | None = None
    os_disk: Disk | None = None
    data_disks: tuple[Disk, ...] = ()
    boot_log: str = ""
    backups: tuple[Snapshot, ...] = field(default=())
    groupless: frozenset[ResourceId] = frozenset()
    foresee: bool = False


def plan_capture(request: CaptureRequest, seen: Observed) -> Plan:
    """What capturing still takes. The image decides first: once it is there, the VM may be gone."""
    flaw = image_flaw(request, seen.image, seen.vm)
    if seen.image is not None and flaw is None:
        return _plan_match(request, seen, seen.image)
    vm = seen.vm
    if vm is None:
        there = f"image {request.target.name} {flaw}" if flaw else f"there is no image {request.target.name} yet"
        raise references.absent("VM", request.vm, seen.groupless, f", and {there}")
    if seen.image is not None and not request.recreate and not _half_made(seen.image, vm):
        raise InvalidRequest(f"image {request.target.name} {flaw}: set recreate to replace it, or choose another name.")
    references.require_groups(seen.groupless, request.target)
    _refuse_unsupported(request, vm, seen)
    return _plan_capture_of(request, seen, vm)


def image_flaw(request: CaptureRequest, image: Image | None, vm: Vm | None) -> str | None:
    """Why an existing image is not the one asked for; None if it is, or if there is none."""
    if image is None:
        return None
    if image.provisioning_state != SUCCEEDED and not _in_the_making(image):
        return f"exists, but its provisioning state is {image.provisioning_state}"
    born = image.tags.get(tag.VM_ID, "").lower()
    if vm is not None and born != vm.vm_id:
        source = f"the VM with vmId {born}" if born else "an unknown source"
        return f"exists, but was made from {source}, not from VM {vm.id.name} ({vm.vm_id})"
    if request.location and region(image.location) != request.location:
        return f"exists in {image.location}, not in {request.location}"
    if request.zone_resilient is not None and image.zone_resilient != request.zone_resilient:
        return f"exists, but is {'' if image.zone_resilient else 'not '}zone resilient"
    luns = [disk.lun for disk in image.data_disks]
    expected = [] if request.os_only else [disk.lun for disk in vm.data_disks] if vm else luns
    if luns != expected:
        return f"exists, but holds the data disks at LUN {luns}, not {expected}"
    return None


def concerned(request: CaptureRequest, vm: Vm) -> tuple[AttachedDisk, ...]:
    """The disks of a VM that planning looks at: those that the image holds, and those that deleting the source may destroy."""
    return vm.disks[:1] if request.os_only and not request.delete_source else vm.disks


def destroys_more(request: CaptureRequest, vm: Vm) -> bool:
    """Whether deleting the source can take disks with it that the image does not hold, so that only their backup is left."""
    return request.os_only and request.delete_source and bool(vm.data_disks)


def _in_the_making(image: Image) -> bool:
    return image.provisioning_state in ("Creating", "Updating")


def _half_made(image: Image, vm: Vm) -> bool:
    """What a failed run of ours for this very VM left behind is replaced unasked: it never was an image."""
    return image.provisioning_state == FAILED and image.tags.get(tag.VM_ID, "").lower() == vm.vm_id


def _plan_match(request: CaptureRequest, seen: Observed, image: Image) -> Plan:
    """The image is there: its tags, and the source's end, are all that can be missing."""
    warnings: tuple[str, ...] = ()
    if _in_the_making(image):
        if not seen.foresee:
            raise TimedOut(f"image {image.id.name} is still {image.provisioning_state}; run again later, or raise wait_timeout.")
        warnings = (f"Image {image.id.name} is {image.provisioning_state}: planned as if that had succeeded.",)
    wanted = tag.wanted(image.tags, request.tags, request.append_tags, _own_tags(seen.vm) if seen.vm else None)
    steps: list[Step] = []
    if wanted != image.tags:
        steps.append(TagImage(image.id, wanted))
    if request.delete_source and seen.vm:
        if request.backup_required and destroys_more(request, seen.vm):
            _require_backups(request, seen, seen.vm, evidence.kept_seal(seen.vm))
        steps.append(DeleteVm(seen.vm.id))
    vm_after = None if request.delete_source else seen.vm
    return Plan(tuple(steps), _state(image, seen.vm), _state(replace(image, tags=wanted), vm_after), warnings)


def _plan_capture_of(request: CaptureRequest, seen: Observed, vm: Vm) -> Plan:
    warnings: tuple[str, ...] = ()
    if vm.at_rest:
        seal = None if request.assume_sealed else evidence.require_seal(vm, seen.os_disk, seen.boot_log)
        if request.backup_required:
            _require_backups(request, seen, vm, seal)
    elif seen.foresee:
        seal = None if request.assume_sealed else Seal.of(vm.vm_id, "")
        warnings = (f"VM {vm.id.name} is {vm.power or 'not stopped'}: planned as if it had stopped, sealed and backed up.",)
    else:
        raise InvalidRequest(
            f"VM {vm.id.name} is still {vm.power or 'not stopped'}: generalize its guest, which then powers off, or raise wait_timeout."
        )
    image = _predicted(request, seen, vm)
    stamping = seal is not None and not vm.generalized and not evidence.is_stamped(seal, vm, seen.os_disk)
    keeping = stamping and vm.power != DEALLOCATED and seal != evidence.kept_seal(vm)
    steps: list[Step] = []
    if seal is not None and keeping:
        steps.append(KeepSeal(vm.id, seal))
    if vm.power != DEALLOCATED:
        steps.append(Deallocate(vm.id))
    if seal is not None and stamping:
        steps.append(StampSeal(vm.id, _disk_id(vm), seal))
    if not vm.generalized:
        steps.append(Generalize(vm.id))
    if seen.image is not None:
        steps.append(DeleteImage(request.target))
    steps.append(CreateImage(request.target, _source_name(request, vm), _body(request, seen, vm, image)))
    if request.delete_source:
        steps.append(DeleteVm(vm.id))
    tags = tag.checked({**vm.tags, tag.SEAL: _stamped(seal, vm, seen).as_tag()}) if seal and stamping else vm.tags
    vm_after = None if request.delete_source else replace(vm, power=DEALLOCATED, generalized=True, tags=tags)
    return Plan(tuple(steps), _state(seen.image, vm), _state(image, vm_after), warnings)


def _require_backups(request: CaptureRequest, seen: Observed, vm: Vm, seal: Seal | None) -> None:
    evidence.require_backups(vm, (seen.os_disk, *seen.data_disks), seen.backups, seal, request.backup_max_age)


def _stamped(seal: Seal, vm: Vm, seen: Observed) -> Seal:
    """The seal as its tag will have it, as far as that can be known: deallocating sets the time that it is stamped with."""
    return seal.stamped(seen.os_disk.ownership_time if seen.os_disk and vm.power == DEALLOCATED else None)


def _refuse_unsupported(request: CaptureRequest, vm: Vm, seen: Observed) -> None:
    """What Azure would refuse, only later: after the VM has been marked generalized, for good."""
    disk = seen.os_disk
    security = vm.security_type or (disk.security_type if disk else None)
    if security and security != "Standard":
        kind = "ConfidentialVM" if security.startswith("Confidential") else security
        raise InvalidRequest(
            f"VM {vm.id.name}: Creation of managed images are not supported for virtual machine with {kind} security type."
            " Publish it to a compute gallery instead."
        )
    if vm.os_disk.ephemeral:
        raise InvalidRequest(f"VM {vm.id.name}: Source virtual machine cannot contain an ephemeral OS disk.")
    unmanaged = [each.name for each in vm.disks if each.disk is None]
    if unmanaged:
        raise InvalidRequest(f"VM {vm.id.name}: disk {unmanaged[0]} is no managed disk; convert the VM to managed disks first.")
    ultra = [] if request.os_only else [each.id.name for each in seen.data_disks if each.storage_account_type == ULTRA]
    if ultra:
        raise InvalidRequest(f"VM {vm.id.name}: Source virtual machine cannot contain UltraSSD: disk {ultra[0]} is one.")
    if disk and disk.architecture == "Arm64":
        raise InvalidRequest(f"VM {vm.id.name}: managed images of Arm64 machines do not exist; publish it to a compute gallery instead.")
    if request.location and request.location != region(vm.location):
        raise InvalidRequest(f"location: an image is made where its VM is, in {region(vm.location)}, not in {request.location}.")


def _own_tags(vm: Vm) -> dict[str, str]:
    """Whose image it is, and what a managed image has no property for."""
    own = {tag.VM_ID: vm.vm_id, tag.VM: str(vm.id)} | ({tag.PLAN: tag.plan_value(vm.plan)} if vm.plan else {})
    return {name: value for name, value in own.items() if len(value) <= LONGEST_TAG_VALUE}


def _disk_id(vm: Vm) -> ResourceId:
    if vm.os_disk.disk is None:
        raise InvalidRequest(f"VM {vm.id.name}: its OS disk is no managed disk.")
    return vm.os_disk.disk


def _from_disk(request: CaptureRequest, vm: Vm) -> bool:
    """A VM as source always brings its data disks; without them, the OS disk is the source."""
    return request.os_only and bool(vm.data_disks)


def _source_name(request: CaptureRequest, vm: Vm) -> str:
    return f"the OS disk of VM {vm.id.name}" if _from_disk(request, vm) else f"VM {vm.id.name}"


def _predicted(request: CaptureRequest, seen: Observed, vm: Vm) -> Image:
    """The image as it will be."""
    kept = tag.users(seen.image.tags) if seen.image else {}
    disks = [ImageDisk(str(each.disk), each.lun, each.size_gib, each.caching or NO_CACHING, each.storage_account_type) for each in vm.disks]
    return Image(
        id=request.target,
        location=region(vm.location),
        source=None if _from_disk(request, vm) else vm.id,
        os_type=vm.os_type,
        os_state="Generalized",
        hyper_v_generation=seen.os_disk.hyper_v_generation if seen.os_disk else None,
        os_disk=disks[0],
        data_disks=() if request.os_only else tuple(disks[1:]),
        zone_resilient=bool(request.zone_resilient),
        tags=tag.wanted(kept, request.tags, request.append_tags, _own_tags(vm)),
    )


def _body(request: CaptureRequest, seen: Observed, vm: Vm, image: Image) -> dict[str, Any]:
    """The whole request body of the image."""
    properties: dict[str, Any] = {"hyperVGeneration": image.hyper_v_generation or "V1"}
    storage: dict[str, Any] = {} if request.zone_resilient is None else {"zoneResilient": request.zone_resilient}
    if _from_disk(request, vm):
        storage["osDisk"] = {"osType": vm.os_type, "osState": "Generalized", "managedDisk": {"id": str(_disk_id(vm))}}
        if vm.os_disk.caching:
            storage["osDisk"]["caching"] = vm.os_disk.caching
    else:
        properties["sourceVirtualMachine"] = {"id": str(vm.id)}
    if storage:
        properties["storageProfile"] = storage
    return {"location": image.location, "tags": dict(image.tags), "properties": properties}


def _state(image: Image | None, vm: Vm | None) -> dict[str, Any]:
    return {"image": image.as_result() if image else None, "vm": vm.as_result() if vm else None}
