"""Changing a VM that is there: tags, size, data disks, the OS disk's swap, what is deleted with it."""

from __future__ import annotations

import copy
from typing import Any

from azlab.arm.compute.disks.disks import remove
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.attachments import (
    NewDisk,
    attachable,
    attached_entry,
    check_distinct,
    check_managed,
    checked_lun,
    plan_data_disk,
)
from azlab.arm.compute.machines.disks import attach, detach, make
from azlab.arm.compute.machines.start import UP, check_not_deleting, found
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import settle
from azlab.arm.http.calls import Answer, Call, checked_tags, normal_id
from azlab.arm.http.versions import seen_by
from azlab.store import Resource

_COPIED = ("diagnosticsProfile", "licenseType", "additionalCapabilities", "priority")
_FIXED = ("priority",)


def change(call: Call, vm: Resource, *, whole: bool) -> Answer:
    """The PUT (`whole`) or PATCH of an existing VM. Called with the store's lock held."""
    lab, given = call.lab, call.body.get("properties") or {}
    check_not_deleting(vm, "Update VM")
    if vm.properties["provisioningState"] in ("Creating", "Updating"):
        raise errors.BUSY()
    changed = Resource(vm.id, vm.type, vm.group, vm.name, copy.deepcopy(vm.body), vm.hidden)
    tags = checked_tags(call.body)
    if tags is not None:
        changed.body["tags"] = tags
    _check_fixed(vm, given)
    size = (given.get("hardwareProfile") or {}).get("vmSize")
    if size:
        changed.properties["hardwareProfile"] = {**changed.properties["hardwareProfile"], "vmSize": size}
    for key in _COPIED:
        if given.get(key) is not None:
            changed.properties[key] = given[key]
    _delete_options(changed, given)
    plan = _Disks(call, changed, given.get("storageProfile") or {}, whole=whole)
    vm.properties["provisioningState"] = changed.properties["provisioningState"] = "Updating"
    lab.store.put(vm)
    operation = lab.operations.begin(call, lambda: _finish(lab, vm.id, plan), location=vm.location, resource=vm.id)
    headers = operation.headers(location=False, retry_after=10 if whole else None)
    return Answer(200, seen_by(call.version, changed.body), headers)


def _check_fixed(vm: Resource, given: dict[str, Any]) -> None:
    """Refuse what cannot be changed on a VM."""
    for key in _FIXED:
        if given.get(key) is not None and given[key] != vm.properties.get(key, "Regular"):
            raise errors.UNCHANGEABLE(parameter=key, target=key)
    wanted = (given.get("storageProfile") or {}).get("imageReference")
    known = vm.properties["storageProfile"].get("imageReference")
    if wanted and wanted.get("id") and (not known or normal_id(wanted["id"]).lower() != str(known.get("id", "")).lower()):
        raise errors.UNCHANGEABLE(parameter="imageReference", target="imageReference")
    if given.get("proximityPlacementGroup"):
        if vm.hidden.get("power") in UP:
            raise vm_errors.PLACEMENT_RUNNING(vm=vm.name)
        raise errors.NO_REFERENCE(reference=given["proximityPlacementGroup"].get("id", ""), resource=vm.id)
    profile, shown = given.get("osProfile") or {}, vm.properties.get("osProfile") or {}
    for key in ("computerName", "adminUsername"):
        if profile.get(key) and profile[key] != shown.get(key):
            raise errors.UNCHANGEABLE(parameter=f"osProfile.{key}", target=f"osProfile.{key}")
    security = (given.get("securityProfile") or {}).get("securityType")
    if security and security != (vm.properties.get("securityProfile") or {}).get("securityType"):
        raise errors.UNCHANGEABLE(parameter="securityProfile.securityType", target="securityProfile.securityType")
    nics = (given.get("networkProfile") or {}).get("networkInterfaces")
    here = {each["id"].lower() for each in vm.properties["networkProfile"]["networkInterfaces"]}
    if nics and {normal_id(each["id"]).lower() for each in nics} != here:
        raise errors.UNCHANGEABLE(parameter="networkProfile.networkInterfaces", target="networkProfile")


def _delete_options(vm: Resource, given: dict[str, Any]) -> None:
    options = {normal_id(each["id"]).lower(): each for each in (given.get("networkProfile") or {}).get("networkInterfaces") or []}
    for reference in vm.properties["networkProfile"]["networkInterfaces"]:
        wanted = options.get(reference["id"].lower(), {}).get("properties")
        if wanted:
            reference["properties"] = {**(reference.get("properties") or {}), **wanted}


class _Disks:
    """What a request changes about the disks: all checks are done when this exists."""

    def __init__(self, call: Call, vm: Resource, profile: dict[str, Any], *, whole: bool) -> None:
        self._call, self._vm = call, vm
        self._swap = False
        self.attached: list[str] = []
        self.detached: list[str] = []
        self.new: list[NewDisk] = []
        if profile.get("osDisk"):
            self._os_disk(profile["osDisk"])
        if profile.get("dataDisks") is not None:
            self._data_disks(profile["dataDisks"])
        check_managed(call, [profile.get("osDisk") or {}, *(profile.get("dataDisks") or [])])
        check_distinct(call, self.attached, self.new)

    def _os_disk(self, given: dict[str, Any]) -> None:
        entry = self._vm.properties["storageProfile"]["osDisk"]
        for key in ("caching", "deleteOption"):
            if given.get(key):
                entry[key] = given[key]
        wanted = (given.get("managedDisk") or {}).get("id")
        if not wanted or normal_id(wanted).lower() == entry["managedDisk"]["id"].lower():
            return
        self._swap = True
        self.check(self._vm)
        disk = attachable(self._call.lab, given, self._vm.id, self._vm.location)
        generation = disk.properties.get("hyperVGeneration")
        if generation not in (None, self._vm.hidden["generation"]):
            raise errors.UNCHANGEABLE(parameter="osDisk.hyperVGeneration", target="osDisk.managedDisk.id")
        swapped = attached_entry(disk, given, first={"osType": entry["osType"]}, caching=entry["caching"])
        swapped["createOption"] = entry["createOption"]
        self.attached.append(disk.id)
        self.detached.append(entry["managedDisk"]["id"])
        self._vm.properties["storageProfile"]["osDisk"] = swapped

    def _data_disks(self, given: list[dict[str, Any]]) -> None:
        profile = self._vm.properties["storageProfile"]
        known = {int(each["lun"]): each for each in profile["dataDisks"]}
        seen: set[int] = set()
        shown: dict[int, dict[str, Any]] = {}
        for entry in given:
            lun = checked_lun(entry, seen)
            if entry.get("toBeDetached"):
                continue
            shown[lun] = self._keep(known[lun], entry) if lun in known and self._same(known[lun], entry) else self._add(lun, entry)
        self.detached += [
            each["managedDisk"]["id"]
            for lun, each in known.items()
            if lun not in shown or shown[lun].get("managedDisk", {}).get("id", "").lower() != each["managedDisk"]["id"].lower()
        ]
        self.check(self._vm)
        profile["dataDisks"] = [shown[lun] for lun in sorted(shown)]

    def check(self, vm: Resource) -> None:
        """Refuse what the VM's state does not allow: when it is asked for, and again before it is done."""
        check_not_deleting(vm, "Update VM")
        if self._swap and vm.hidden.get("generalized"):
            raise vm_errors.IS_GENERALIZED(deed="swap OS disk", vm=vm.name)
        if self._swap and vm.hidden.get("power") != "deallocated":
            raise vm_errors.NOT_DEALLOCATED(deed="swap OS disk", vm=vm.name)
        if (self.detached or self.attached or self.new) and self._runs():
            raise vm_errors.HOT_PLUG(vm=vm.name)

    def commit(self, lab: Lab, vm: Resource, made: dict[str, Resource]) -> None:
        """Give and take the disks, and let the VM be as asked for. Called with the store's lock held."""
        self.check(vm)
        for id in self.detached:
            detach(lab, vm, id)
        for id in self.attached:
            attach(lab, vm, id)
        vm.body = self._vm.body
        for entry in vm.properties["storageProfile"]["dataDisks"]:
            disk = made.get(str(entry["lun"]))
            if disk is not None:
                entry["name"] = disk.name
                entry["managedDisk"]["id"] = disk.id
        settle(vm)
        lab.store.put(vm)

    def _runs(self) -> bool:
        """A guest that really runs cannot be given disks in this lab; on Azure it can."""
        return self._call.lab.settings.guests and self._call.lab.guests.is_running(self._vm.properties["vmId"])

    @staticmethod
    def _same(known: dict[str, Any], entry: dict[str, Any]) -> bool:
        id = (entry.get("managedDisk") or {}).get("id")
        if id:
            return normal_id(id).lower() == known["managedDisk"]["id"].lower()
        return entry.get("name") in (None, known.get("name"))

    @staticmethod
    def _keep(known: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
        return {**known, **{key: entry[key] for key in ("caching", "deleteOption") if entry.get(key)}}

    def _add(self, lun: int, entry: dict[str, Any]) -> dict[str, Any]:
        plan = plan_data_disk(self._call, self._vm.location, lun, entry, None, vm_id=self._vm.id)
        if plan.attached:
            self.attached.append(plan.attached)
        if plan.new:
            self.new.append(plan.new)
        return plan.shown


def _finish(lab: Lab, id: str, plan: _Disks) -> None:
    """Make new disks, then change everything at once. Where that fails, the VM and its disks are as before."""
    with lab.alone(id):
        vm, made = found(lab, id), dict[str, Resource]()
        try:
            for wanted in plan.new:
                made[wanted.lun] = make(lab, vm, wanted)
            with lab.store.atomic():
                plan.commit(lab, found(lab, id), made)
        except BaseException:
            for disk in made.values():
                detach(lab, vm, disk.id)
                remove(lab, disk.id)
            raise
