"""Changing a VM that exists: tags, size, data disks, the OS disk, what is deleted with the VM."""

from __future__ import annotations

import copy

from azlab.arm.compute.disks.disks import remove
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.disk_requests import (
    NewDisk,
    Target,
    attachable,
    attached_entry,
    check_distinct,
    check_managed,
    checked_luns,
    default_sku,
    wanted_data_disk,
)
from azlab.arm.compute.machines.request import check_no_user_data
from azlab.arm.compute.machines.state import MachineState, check_not_deleting, found, settle_vm
from azlab.arm.compute.machines.vm_disks import attach, detach, make
from azlab.arm.core import parameter_errors, resource_errors
from azlab.arm.core.ids import normal_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.http.bodies import VM_TAG_CHARACTERS, checked_tags
from azlab.arm.http.calls import Answer, Call
from azlab.arm.http.long_running import accepted
from azlab.store import Resource

_COPIED = ("diagnosticsProfile", "licenseType", "additionalCapabilities", "priority")


def change(call: Call, vm: Resource, *, retry_after: int | None) -> Answer:
    """Begin to change a VM, after a PUT or PATCH. Called with the store's lock held."""
    lab, given = call.lab, call.body.get("properties") or {}
    check_not_deleting(vm, "Update VM")
    if vm.properties["provisioningState"] in ("Creating", "Updating"):
        raise resource_errors.BUSY()
    check_no_user_data(vm.name, given)
    _check_fixed(vm, given)
    changed = _changed(vm, given, checked_tags(call.body, VM_TAG_CHARACTERS))
    disks = _DiskChange(lab, changed, given)
    vm.properties["provisioningState"] = changed.properties["provisioningState"] = "Updating"
    lab.store.put(vm)
    return accepted(
        call,
        lambda: _finish(lab, vm.id, disks),
        vm.location,
        status=200,
        body=changed.body,
        resource=vm.id,
        retry_after=retry_after,
    )


def _changed(vm: Resource, given: Json, tags: dict[str, str] | None) -> Resource:
    """A copy of the VM with all changes but those of its disks. `given` is the `properties` of the request."""
    changed = Resource(vm.id, vm.type, vm.group, vm.name, copy.deepcopy(vm.body), vm.hidden)
    if tags is not None:
        changed.body["tags"] = tags
    size = (given.get("hardwareProfile") or {}).get("vmSize")
    if size:
        changed.properties["hardwareProfile"] = {**changed.properties["hardwareProfile"], "vmSize": size}
    changed.properties.update({key: given[key] for key in _COPIED if given.get(key) is not None})
    options = {normal_id(each["id"]).lower(): each for each in (given.get("networkProfile") or {}).get("networkInterfaces") or []}
    for reference in changed.properties["networkProfile"]["networkInterfaces"]:
        wanted = options.get(reference["id"].lower(), {}).get("properties")
        if wanted:
            reference["properties"] = {**(reference.get("properties") or {}), **wanted}
    return changed


def _check_fixed(vm: Resource, given: Json) -> None:
    """Refuse to change properties that cannot be changed on a VM."""
    properties = vm.properties
    if given.get("priority") not in (None, properties.get("priority", "Regular")):
        raise parameter_errors.UNCHANGEABLE(parameter="priority", target="priority")
    _check_image(properties["storageProfile"].get("imageReference") or {}, given)
    _check_placement(vm, given)
    profile, shown = given.get("osProfile") or {}, properties.get("osProfile") or {}
    for key in ("computerName", "adminUsername"):
        if profile.get(key) and profile[key] != shown.get(key):
            raise parameter_errors.UNCHANGEABLE(parameter=f"osProfile.{key}", target=f"osProfile.{key}")
    security = (given.get("securityProfile") or {}).get("securityType")
    if security and security != (properties.get("securityProfile") or {}).get("securityType"):
        raise parameter_errors.UNCHANGEABLE(parameter="securityProfile.securityType", target="securityProfile.securityType")
    nics = (given.get("networkProfile") or {}).get("networkInterfaces")
    known = {each["id"].lower() for each in properties["networkProfile"]["networkInterfaces"]}
    if nics and {normal_id(each["id"]).lower() for each in nics} != known:
        raise parameter_errors.UNCHANGEABLE(parameter="networkProfile.networkInterfaces", target="networkProfile")


def _check_image(known: Json, given: Json) -> None:
    wanted = ((given.get("storageProfile") or {}).get("imageReference") or {}).get("id")
    if wanted and normal_id(wanted).lower() != str(known.get("id", "")).lower():
        raise parameter_errors.UNCHANGEABLE(parameter="imageReference", target="imageReference")


def _check_placement(vm: Resource, given: Json) -> None:
    """Refuse a proximity placement group: none can exist in the lab, and that of a running VM cannot be changed."""
    group = given.get("proximityPlacementGroup")
    if group and MachineState.of(vm).is_up:
        raise vm_errors.PLACEMENT_RUNNING(vm=vm.name)
    if group:
        raise resource_errors.NO_REFERENCE(reference=group.get("id", ""), resource=vm.id)


class _DiskChange:
    """The changes that a request makes to the disks of a VM. It exists only after all checks have passed.

    `vm` is the copy of the VM with the changes; its entries of disks are changed here. `given` is the `properties` of the request.
    """

    def __init__(self, lab: Lab, vm: Resource, given: Json) -> None:
        self._lab, self._vm = lab, vm
        self._target = Target(vm.id, vm.location, default_sku(given))
        self._swap = False
        self._attached: list[str] = []
        self._detached: list[str] = []
        self.new: list[NewDisk] = []
        profile = given.get("storageProfile") or {}
        if profile.get("osDisk"):
            self._os_disk(profile["osDisk"])
        if profile.get("dataDisks") is not None:
            self._data_disks(profile["dataDisks"])
        check_managed(vm.name, [profile.get("osDisk") or {}, *(profile.get("dataDisks") or [])])
        check_distinct(vm.name, self._attached, self.new)

    def _os_disk(self, given: Json) -> None:
        entry = self._vm.properties["storageProfile"]["osDisk"]
        entry.update({key: given[key] for key in ("caching", "deleteOption") if given.get(key)})
        wanted = (given.get("managedDisk") or {}).get("id")
        if not wanted or normal_id(wanted).lower() == entry["managedDisk"]["id"].lower():
            return
        self._swap = True
        self._check(self._vm)
        disk = attachable(self._lab, self._target, given)
        if disk.properties.get("hyperVGeneration") not in (None, MachineState.of(self._vm).generation):
            raise parameter_errors.UNCHANGEABLE(parameter="osDisk.hyperVGeneration", target="osDisk.managedDisk.id")
        swapped = attached_entry(disk, given, first={"osType": entry["osType"]}, caching=entry["caching"])
        swapped["createOption"] = entry["createOption"]
        self._attached.append(disk.id)
        self._detached.append(entry["managedDisk"]["id"])
        self._vm.properties["storageProfile"]["osDisk"] = swapped

    def _data_disks(self, given: list[Json]) -> None:
        profile = self._vm.properties["storageProfile"]
        known = {int(each["lun"]): each for each in profile["dataDisks"]}
        shown: dict[int, Json] = {}
        for lun, entry in checked_luns(given).items():
            if entry.get("toBeDetached"):
                continue
            keep = lun in known and _is_same(known[lun], entry)
            shown[lun] = _kept(known[lun], entry) if keep else self._added(lun, entry)
        self._detached += [
            each["managedDisk"]["id"]
            for lun, each in known.items()
            if lun not in shown or shown[lun].get("managedDisk", {}).get("id", "").lower() != each["managedDisk"]["id"].lower()
        ]
        self._check(self._vm)
        profile["dataDisks"] = [shown[lun] for lun in sorted(shown)]

    def _added(self, lun: int, entry: Json) -> Json:
        """Note a disk that the VM does not have yet, and return the VM's entry about it."""
        wanted = wanted_data_disk(self._lab, self._target, lun, entry)
        if wanted.attached:
            self._attached.append(wanted.attached)
        if wanted.new:
            self.new.append(wanted.new)
        return wanted.shown

    def _check(self, vm: Resource) -> None:
        """Refuse what the VM's state does not allow. Called for the request, and again before the change is made."""
        check_not_deleting(vm, "Update VM")
        state = MachineState.of(vm)
        if self._swap and state.generalized:
            raise vm_errors.IS_GENERALIZED(operation="swap OS disk", vm=vm.name)
        if self._swap and state.power != "deallocated":
            raise vm_errors.NOT_DEALLOCATED(operation="swap OS disk", vm=vm.name)
        if (self._detached or self._attached or self.new) and self._runs():
            raise vm_errors.HOT_PLUG(vm=vm.name)

    def _runs(self) -> bool:
        """Whether a real guest runs. Its disks cannot be changed in this lab; in Azure they can."""
        return self._lab.settings.guests and self._lab.guests.is_running(self._vm.properties["vmId"])

    def commit(self, vm: Resource, made: dict[str, Resource]) -> None:
        """Detach and attach the disks and store the changed VM. `made` holds the new disks by LUN. Called within `store.atomic()`."""
        self._check(vm)
        for id in self._detached:
            detach(self._lab, vm, id)
        for id in self._attached:
            attach(self._lab, vm, id)
        vm.body = self._vm.body
        for entry in vm.properties["storageProfile"]["dataDisks"]:
            disk = made.get(str(entry["lun"]))
            if disk is not None:
                entry["name"] = disk.name
                entry["managedDisk"]["id"] = disk.id
        settle_vm(vm)
        self._lab.store.put(vm)


def _is_same(known: Json, entry: Json) -> bool:
    """Whether an entry of the request means the disk that the VM has at this LUN."""
    id = (entry.get("managedDisk") or {}).get("id")
    if id:
        return normal_id(id).lower() == str(known["managedDisk"]["id"]).lower()
    return entry.get("name") in (None, known.get("name"))


def _kept(known: Json, entry: Json) -> Json:
    """The entry about a disk that stays."""
    return {**known, **{key: entry[key] for key in ("caching", "deleteOption") if entry.get(key)}}


def _finish(lab: Lab, id: str, disks: _DiskChange) -> None:
    """Make new disks, then change everything at once. If that fails, the VM and its disks stay as they were."""
    with lab.alone(id):
        vm, made = found(lab, id), dict[str, Resource]()
        try:
            for wanted in disks.new:
                made[wanted.lun] = make(lab, vm, wanted)
            with lab.store.atomic():
                disks.commit(found(lab, id), made)
        except BaseException:
            for disk in made.values():
                detach(lab, vm, disk.id)
                remove(lab, disk.id)
            raise
