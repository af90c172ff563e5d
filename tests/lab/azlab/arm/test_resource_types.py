"""Resource types declare themselves: a type is one folder, and nothing outside it names the type. No lab is started."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from azlab.arm import compute, registry
from azlab.arm.compute.disks.state import DiskState, Grant, describe_size
from azlab.arm.compute.gallery_versions.state import Replica, VersionBlob, VersionState
from azlab.arm.compute.images.state import ImageBlob, ImageState
from azlab.arm.compute.machines.state import MachineState
from azlab.arm.core.state import State
from azlab.arm.http import versions
from azlab.store import Resource

NEW_TYPE = """
from azlab.arm.core.types import ResourceType

TYPE = ResourceType(namespace="Microsoft.Compute", name="things", op="thing", versions=("2026-04-01",), routes=())
"""


@pytest.fixture
def new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of Microsoft.Compute with one more resource type."""
    folder = tmp_path / "things"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "things.py").write_text(NEW_TYPE)
    monkeypatch.setattr(compute, "__path__", [*compute.__path__, str(tmp_path)])
    yield
    for name in [name for name in sys.modules if name.startswith("azlab.arm.compute.things")]:
        del sys.modules[name]


def test_a_new_type_is_one_folder(new_folder: None) -> None:
    [added] = [each for each in registry.discover() if each.name not in {known.name for known in registry.TYPES.values()}]
    assert [(route.method, route.template.rpartition("/providers/")[2], route.op) for route in added.all_routes] == [
        ("GET", "Microsoft.Compute/things/{name}", "thing.get"),
        ("GET", "Microsoft.Compute/things", "thing.list"),
        ("GET", "Microsoft.Compute/things", "thing.list"),
    ]


def test_every_folder_of_a_provider_declares_one_type() -> None:
    """Two folders have no type: images of the Marketplace are only read, and galleries of others are galleries."""
    root = Path(inspect.getfile(registry)).parent
    folders = {path.parent for provider in ("compute", "network") for path in (root / provider).glob("*/__init__.py")}
    without = {root / "compute" / name for name in ("marketplace", "others")}
    assert without < folders
    assert len(registry.TYPES) == len(folders - without)


def test_a_type_is_settled_by_what_its_state_says() -> None:
    disk = Resource("/x", "Microsoft.Compute/disks", "g", "x", {"properties": {"provisioningState": "Updating"}})
    registry.settle(disk)
    assert disk.properties["provisioningState"] == "Failed"
    registry.settle(DiskState(key="d-1").keep(disk))
    assert disk.properties["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    "state",
    [
        DiskState(),
        DiskState(key="d-1", family="f", upload=512, imported=1024, access=Grant("Read", 1.5)),
        ImageState(making=["i-1"]),
        ImageState(disks={"os": ImageBlob("i-1", 1024), "3": ImageBlob("i-2", 2048)}),
        VersionState(making=["g-1"], source="/x"),
        VersionState(disks={"os": VersionBlob("g-1", 1024, "ReadOnly")}, replicas={"westeurope": Replica(1.5, 2.5, "why")}),
        MachineState(generation="V2", power="running", generalized=True, os_profile={"computerName": "x"}, provisioned_at="now"),
    ],
    ids=repr,
)
def test_a_state_that_was_kept_is_read_back(state: State) -> None:
    resource = Resource("/x", "", "", "", {})
    assert type(state).of(state.keep(resource)) == state
    assert None not in resource.hidden.values()


@pytest.mark.parametrize(("size", "gib"), [(20 * 2**20, 1), (30 * 2**30, 30), (30 * 2**30 + 2**20, 30), (31 * 2**30 - 512, 30)])
def test_a_size_in_gib_is_rounded_down_as_recorded(size: int, gib: int) -> None:
    properties: dict[str, object] = {}
    describe_size(properties, size, "Standard_LRS", performance=False)
    assert properties == {"diskSizeGB": gib, "diskSizeBytes": size}


def test_versions_apply_to_resources_in_lists_and_in_outputs() -> None:
    body = {"type": "Microsoft.Compute/disks", "properties": {"encryption": {}, "diskSizeGB": 1}}
    old = {"type": "Microsoft.Compute/disks", "properties": {"diskSizeGB": 1}}

    def seen(answer: object) -> object:
        return versions.seen_by("2019-03-01", answer, registry.SINCE)

    assert seen(body) == old
    assert seen({"value": [body], "nextLink": "x"}) == {"value": [old], "nextLink": "x"}
    assert seen({"status": "Succeeded", "properties": {"output": body}}) == {"status": "Succeeded", "properties": {"output": old}}
    assert seen({"properties": {"encryption": {}}}) == {"properties": {"encryption": {}}}


@pytest.mark.parametrize(
    ("type", "path", "before", "first"),
    [
        ("disks", "creationData.sourceUniqueId", "2018-09-30", "2019-03-01"),
        ("disks", "uniqueId", "2018-09-30", "2019-03-01"),
        ("snapshots", "diskSizeBytes", "2018-09-30", "2019-03-01"),
        ("snapshots", "uniqueId", "2018-09-30", "2019-03-01"),
        ("disks", "hyperVGeneration", "2018-06-01", "2018-09-30"),
        ("disks", "securityProfile", "2020-09-30", "2020-12-01"),
        ("snapshots", "securityProfile", "2021-04-01", "2021-08-01"),
        ("disks", "publicNetworkAccess", "2020-12-01", "2021-04-01"),
        ("virtualMachines", "osProfile.linuxConfiguration.patchSettings.assessmentMode", "2020-12-01", "2021-03-01"),
        ("virtualMachines", "osProfile.windowsConfiguration.patchSettings.assessmentMode", "2020-12-01", "2021-03-01"),
        ("virtualMachines", "storageProfile.imageReference.exactVersion", "2019-03-01", "2019-07-01"),
    ],
)
def test_a_property_is_shown_from_the_first_version_that_has_it(type: str, path: str, before: str, first: str) -> None:
    *holders, name = path.split(".")
    properties: dict[str, object] = {name: "x", "kept": "y"}
    for holder in reversed(holders):
        properties = {holder: properties}
    body = {"type": f"Microsoft.Compute/{type}", "properties": properties}
    assert versions.seen_by(first, body, registry.SINCE) == body
    assert f"'{name}'" not in repr(versions.seen_by(before, body, registry.SINCE))
    assert "'kept'" in repr(versions.seen_by(before, body, registry.SINCE))
