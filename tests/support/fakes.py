# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Azure in memory that implements ``ports.Azure``. It stores values, and parses request bodies with the parsers for Azure's answers.

Tests of check mode make it read-only: any write is then an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import GoldenImageError, Missing, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import COMPLETED, Replica
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.lock import Lock
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.nic import Nic
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.rights import Permission, Rights
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import DEALLOCATED
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.disk import parse_disk
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.gallery import (
    parse_gallery,
    parse_gallery_image,
    parse_gallery_image_version,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.image import parse_image
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.snapshot import parse_snapshot
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.vm import parse_attached, parse_vm

from tests.support.body_check import require_body
from tests.support.fake_catalogue import FakeGraph, FakeMarketplace, FakeOthersGalleries, FakeSubscriptions, FakeTerms
from tests.support.ids import SUBSCRIPTION
from tests.support.written import Written

ATTACHED_AT = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
DEALLOCATED_AT = datetime(2026, 11, 22, 11, tzinfo=timezone.utc)

_METHODS = {"create": "PUT", "change": "PATCH", "share": "POST"}
"""The methods of the writes that have a body."""


class FakeResources:
    """One kind of resource. ``translate`` turns Azure's JSON into a value."""

    def __init__(self, azure: FakeAzure, noun: str, translate: Callable[[Mapping[str, Any]], Any], values: Iterable[Any]) -> None:
        self.azure = azure
        self.noun = noun
        self._translate = translate
        self._values = {value.id: value for value in values}

    def find(self, resource: ResourceId) -> Any:
        self.azure.reads.append(f"{self.noun} {resource.name}")
        return self._values.get(self.azure.locate(resource))

    find_settled = find_copied = find

    def get(self, resource: ResourceId) -> Any:
        if (value := self.find(resource)) is None:
            raise Missing(f"could not read {self.noun} {resource.name}: (ResourceNotFound) not there", status=404)
        return value

    def list(self, resource_group: str | None = None, subscription: str = "") -> tuple[Any, ...]:
        self.azure.reads.append(f"{self.noun}s")
        group, place = resource_group and resource_group.casefold(), (subscription or self.azure.subscription).casefold()
        listed = (value for value in self._values.values() if value.id.subscription.casefold() == place)
        return tuple(value for value in listed if group in (None, value.id.resource_group.casefold()))

    def create(self, resource: ResourceId, body: Mapping[str, Any]) -> Any:
        self.azure.write("create", self.noun, resource, body)
        raw = {"id": str(resource), **body, "properties": {"provisioningState": "Succeeded", **body.get("properties", {})}}
        return self.put(self._translate(self.azure.fill(self.noun, raw)))

    def tag(self, resource: ResourceId, tags: Mapping[str, str]) -> Any:
        self.azure.write("tag", self.noun, resource, tags)
        return self.put(replace(self.get(resource), tags=dict(tags)))

    def delete(self, resource: ResourceId) -> None:
        self.azure.write("delete", self.noun, resource)
        self._values.pop(self.azure.locate(resource), None)

    def put(self, value: Any) -> Any:
        """Store a value, for tests; this does not count as a write."""
        self._values[value.id] = value
        return value


class FakeGranted(FakeResources):
    """Disks or snapshots. ``contents`` holds the bytes of some, or the error that reading them raises; all others are empty."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.contents: dict[str, bytes | GoldenImageError] = {}

    @contextmanager
    def opened(self, resource: ResourceId) -> Iterator[FakeBytes]:
        self.get(resource)
        self.azure.reads.append(f"bytes of {self.noun} {resource.name}")
        content = self.contents.get(resource.name, b"")
        if isinstance(content, GoldenImageError):
            raise content
        yield FakeBytes(content)


@dataclass(frozen=True)
class FakeBytes:
    """The bytes of a disk in memory."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, length: int) -> bytes:
        return self.content[start : start + length]


class FakeDisks(FakeGranted):
    """Disks. An upload reads its content like a real one and ends the upload state of the disk."""

    get_owned = FakeResources.get

    def create_for_upload(self, disk: ResourceId, body: Mapping[str, Any], run: str) -> None:
        assert body["tags"][tag.RUN] == run
        self.create(disk, body)

    def upload(self, disk: ResourceId, content: Any, tags: Mapping[str, str], run: str, listener: Any) -> None:
        assert self.get(disk).tags[tag.RUN] == run
        self.azure.write("upload", self.noun, disk, dict(tags))
        with content.opened() as read:
            self.azure.uploaded[disk.name] = {part.start: read(part) for part in content.disk.ranges}
        content.require_unchanged()
        kept = {name: value for name, value in self.get(disk).tags.items() if name != tag.RUN}
        self.put(replace(self.get(disk), state="Unattached", tags={**kept, **tags}))

    def discard(self, disk: ResourceId) -> None:
        self.delete(disk)


class FakeInGalleries(FakeResources):
    """Galleries, image definitions or versions."""

    def read(self, resource: ResourceId, api: str = "", **query: str) -> Any:
        return self.get(resource)

    def find_replicated(self, version: ResourceId, api: str = "") -> Any:
        return self.find(version)

    def list_in(self, parent: ResourceId) -> tuple[Any, ...]:
        self.azure.reads.append(f"{self.noun}s of {parent.name}")
        return tuple(value for value in self._values.values() if value.id.parent == self.azure.locate(parent))

    def put(self, resource: ResourceId | Any, body: Mapping[str, Any] | None = None, api: str = "") -> Any:
        return super().put(resource) if body is None else self.create(resource, body)

    def update(self, resource: ResourceId, body: Mapping[str, Any]) -> Any:
        self.azure.write("change", self.noun, resource, body)
        before = self.get(resource)
        tags = body.get("tags", before.tags)
        return self.put(replace(before, tags=tags, properties=merged(before.properties, body.get("properties", {}))))

    def share(self, gallery: ResourceId, body: Mapping[str, Any]) -> None:
        self.azure.write("share", self.noun, gallery, body)
        before = self.get(gallery)
        profile = before.properties.get("sharingProfile") or {}
        self.put(replace(before, properties={**before.properties, "sharingProfile": shared(profile, body)}))


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both objects; those inside are merged too, as a PATCH does."""
    inner = {key: merged(below[key], above[key]) for key in below.keys() & above.keys() if isinstance(above[key], Mapping)}
    return {**below, **above, **inner}


def shared(profile: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """The sharing profile of a gallery after an operation."""
    operation, ids = body["operationType"], {group["type"]: list(group["ids"]) for group in profile.get("groups") or ()}
    for kind, given in ((group["type"], group["ids"]) for group in body["groups"]):
        kept = [each for each in ids.get(kind, ()) if each not in given]
        ids[kind] = [*kept, *given] if operation == "Add" else kept
    if operation == "Reset":
        return {"permissions": "Private", "groups": []}
    groups = [{"type": kind, "ids": each} for kind, each in ids.items() if each]
    enabled = {"communityGalleryInfo": {"communityGalleryEnabled": operation == "EnableCommunity", "publicNames": ["prefix-1"]}}
    return merged({**profile, "groups": groups}, enabled if "communityGalleryInfo" in profile else {})


class FakeVersions(FakeInGalleries):
    """Versions. A region is replicated as soon as it is named, unless a test gives its states in ``replication``, one for each read.

    ``meanwhile`` is called once right before the next PUT, as another run would interfere.
    """

    meanwhile: Callable[[], None] | None = None

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.replication: dict[str, list[str]] = {}

    def find_replicated(self, version: ResourceId, api: str = "") -> Any:
        found = self.find(version)
        return found and replace(found, replicas=tuple(self._replica(each.name) for each in found.target_regions))

    def _replica(self, region: str) -> Replica:
        states = self.replication.get(region, [])
        state = states.pop(0) if len(states) > 1 else states[0] if states else COMPLETED
        return Replica(region, state, 100 if state == COMPLETED else 40, "no room" if state == "Failed" else "")

    def put(self, resource: ResourceId | Any, body: Mapping[str, Any] | None = None, api: str = "") -> Any:
        if body is not None and (meanwhile := self.meanwhile):
            self.meanwhile = None
            meanwhile()
        return super().put(resource, body, api)

    def publish(self, version: ResourceId, body: Mapping[str, Any], api: str, enough: Callable[[Any], bool]) -> None:
        self.put(version, body, api)
        enough(self.find_replicated(version))

    def await_replicas(self, version: ResourceId, ready: Callable[[Any], bool], api: str = "") -> Any:
        """Read ten times at most, which is this Azure's deadline."""
        for _moment in range(10):
            if ready(found := self.find_replicated(version)):
                break
        return found


class FakeMachines(FakeResources):
    """VMs with their power state, their generalized flag and their boot log."""

    boot_logs: dict[ResourceId, str]
    patience = 0.0
    """Seconds of the task that a guest is waited for; a test that changes the VM meanwhile sets more."""

    def find_stopped(self, vm: ResourceId, is_lost: Callable[[Any], bool]) -> Any:
        return self.azure.until(lambda: self.find(vm), lambda found: found is None or found.has_stopped or is_lost(found), self.patience)

    def create_later(self, vm: ResourceId, body: Mapping[str, Any], is_too_early: Callable[[Refused], bool]) -> Any:
        return self.create(vm, body)

    def update(self, vm: ResourceId, body: Mapping[str, Any]) -> Any:
        self.azure.write("change", self.noun, vm, body)
        storage = body["properties"]["storageProfile"]
        state: dict[str, Any] = {}
        if "osDisk" in storage:
            state["os_disk"] = parse_attached(storage["osDisk"])
        if "dataDisks" in storage:
            state["data_disks"] = tuple(map(parse_attached, storage["dataDisks"]))
        before = self.get(vm)
        after = self.put(replace(before, **state))
        self._own({each.disk for each in after.disks} - {each.disk for each in before.disks}, vm)
        self._own({each.disk for each in before.disks} - {each.disk for each in after.disks}, None)
        return after

    def _own(self, disks: Iterable[ResourceId], vm: ResourceId | None) -> None:
        """Let a VM own these disks from now on, or let them be free."""
        for each in disks:
            self.azure.disks.put(replace(self.azure.disks.get(each), managed_by=vm, ownership_time=ATTACHED_AT))

    def boot_log(self, vm: ResourceId) -> str:
        self.azure.reads.append(f"boot log {vm.name}")
        return self.boot_logs.get(self.azure.locate(vm), "")

    def deallocate(self, vm: ResourceId, confirm: Callable[[], None] = lambda: None) -> None:
        confirm()
        self._become("deallocate", vm, power=DEALLOCATED)
        if (os_disk := self.get(vm).os_disk.disk) and (disk := self.azure.disks.find(os_disk)):
            self.azure.disks.put(replace(disk, ownership_time=DEALLOCATED_AT))

    def generalize(self, vm: ResourceId) -> None:
        self._become("generalize", vm, generalized=True)

    def _become(self, verb: str, vm: ResourceId, **state: Any) -> None:
        self.azure.write(verb, self.noun, vm)
        self.put(replace(self.get(vm), **state))


class FakeCatalog:
    """Images of galleries and of the Marketplace by id or URN: only those that a test puts into ``images`` may be read."""

    def __init__(self) -> None:
        self.images: dict[str, Any] = {}

    def find(self, image: str, location: str) -> Any:
        return self.images.get(image)


class FakeGroups:
    """Resource groups. All exist, in one region, except those that a test names in ``missing``."""

    missing: frozenset[str] | set[str] = frozenset()

    def location(self, name: str) -> str:
        return "" if name in self.missing else "westeurope"

    def without_group(self, *resources: ResourceId | None) -> frozenset[ResourceId]:
        full = (each.within(SUBSCRIPTION) for each in resources if each)
        return frozenset(each for each in full if each.resource_group in self.missing)


class FakeRegions:
    """Regions, the same for every kind of resource. ``asked`` holds the kinds for which they were read."""

    def __init__(self) -> None:
        self.known = frozenset({"westeurope", "northeurope"})
        self.asked: list[str] = []

    def of(self, kind: str) -> frozenset[str]:
        self.asked.append(kind)
        return self.known


class FakeSubnets:
    """Subnets. All exist, except those that a test names in ``missing``."""

    missing: frozenset[str] = frozenset()

    def exists(self, subnet: ResourceId) -> bool:
        return subnet.name not in self.missing


class FakeNics:
    """Network interfaces, all with one address."""

    def find(self, nic: ResourceId) -> Nic:
        return Nic(id=nic, private_ip="10.0.0.4")


class FakeLocks:
    """Management locks: none, except those that a test puts into ``found``."""

    found: tuple[Lock, ...] = ()

    def around(self, *resources: ResourceId) -> tuple[Lock, ...]:
        return self.found


class FakePermissions:
    """Rights. Everything is allowed, except at the paths for which a test sets ``known``. ``asked`` holds the places that were read."""

    def __init__(self) -> None:
        self.known: dict[str, Rights] = {}
        self.asked: list[str] = []

    def at(self, path: str, title: str) -> Rights:
        self.asked.append(title)
        return self.known.get(path, Rights((Permission(("*",)),)))


class FakeAzure:
    """The resources of one subscription.

    ``reads`` and ``writes`` hold the requests in order. ``read_only`` makes any write an error; ``break_at`` makes one kind of write fail,
    such as ``create image``.
    """

    subscription = SUBSCRIPTION
    clock_offset: int | None = 0

    def __init__(
        self,
        vms: Iterable[Any] = (),
        images: Iterable[Any] = (),
        disks: Iterable[Any] = (),
        snapshots: Iterable[Any] = (),
        galleries: Iterable[Any] = (),
        gallery_images: Iterable[Any] = (),
        gallery_image_versions: Iterable[Any] = (),
        boot_logs: Mapping[ResourceId, str] | None = None,
        read_only: bool = False,
        break_at: tuple[str, Exception] | None = None,
    ) -> None:
        self.read_only = read_only
        self.break_at = break_at
        self.reads: list[str] = []
        self.writes: list[tuple[Any, ...]] = []
        self.machines = FakeMachines(self, "VM", parse_vm, vms)
        self.machines.boot_logs = dict(boot_logs or {})
        self.images = FakeResources(self, "image", parse_image, images)
        self.disks = FakeDisks(self, "disk", parse_disk, disks)
        self.snapshots = FakeGranted(self, "snapshot", parse_snapshot, snapshots)
        self.galleries = FakeInGalleries(self, "gallery", parse_gallery, galleries)
        self.gallery_images = FakeInGalleries(self, "image definition", parse_gallery_image, gallery_images)
        self.gallery_image_versions = FakeVersions(self, "image version", parse_gallery_image_version, gallery_image_versions)
        self.catalog = FakeCatalog()
        self.marketplace, self.terms, self.graph = FakeMarketplace(self), FakeTerms(self), FakeGraph(self)
        self.others_galleries, self.subscriptions = FakeOthersGalleries(), FakeSubscriptions()
        self.groups, self.regions, self.subnets, self.nics = FakeGroups(), FakeRegions(), FakeSubnets(), FakeNics()
        self.locks = FakeLocks()
        self.permissions = FakePermissions()
        self.uploaded: dict[str, dict[int, bytes]] = {}

    def locate(self, resource: ResourceId) -> ResourceId:
        return resource.within(self.subscription)

    def paused_deadline(self) -> AbstractContextManager[None]:
        return nullcontext()

    def until(self, read: Callable[[], Any], ready: Callable[[Any], bool], seconds: float) -> Any:
        """Read at once as often as Azure would be read each ten seconds."""
        for _moment in range(int(seconds // 10) + 1):
            if ready(value := read()):
                break
        return value

    def write(self, verb: str, noun: str, resource: ResourceId, body: Any = None) -> None:
        """Record a write, refuse it, or let it fail."""
        if self.read_only:
            raise Written(f"{verb} {noun} {resource.name}")
        if self.break_at and self.break_at[0] == f"{verb} {noun}":
            raise self.break_at[1]
        if verb in _METHODS:
            require_body(_METHODS[verb], f"{resource}/share" if verb == "share" else str(resource), body, self._shown(resource))
        self.writes.append((verb, noun, resource.name) if body is None else (verb, noun, resource.name, body))

    def _shown(self, resource: ResourceId) -> dict[str, Any] | None:
        """A resource in a gallery as Azure shows it, or None if it does not exist."""
        rooms = (self.galleries, self.gallery_images, self.gallery_image_versions)
        found = next((value for room in rooms if (value := room._values.get(self.locate(resource)))), None)
        return found and {"properties": found.properties}

    @property
    def written(self) -> list[str]:
        """The writes without their bodies."""
        return [" ".join(write[:3]) for write in self.writes]

    def fill(self, noun: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """A request body with the properties that Azure adds: an image made from a VM has the disks of that VM."""
        source = raw["properties"].get("sourceVirtualMachine")
        if noun != "image" or not source:
            return raw
        vm = self.machines.get(ResourceId.parse(source["id"]))
        storage = {"osDisk": {"osType": vm.os_type, "osState": "Generalized", **_disk(vm.os_disk)}}
        storage |= {"dataDisks": [{"lun": disk.lun, **_disk(disk)} for disk in vm.data_disks]} | raw["properties"].get("storageProfile", {})
        return {**raw, "properties": {**raw["properties"], "storageProfile": storage}}


def _disk(disk: Any) -> dict[str, Any]:
    return {
        "managedDisk": {"id": str(disk.disk)},
        "diskSizeGB": disk.size_gib,
        "caching": disk.caching,
        "storageAccountType": disk.storage_account_type,
    }
