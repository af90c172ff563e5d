# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_image_version against the lab. What is stored is read by plain HTTP."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources import galleries
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image_version

from tests.support.ansible_runs import command, environment
from tests.support.bodies import image_of_disk, vm_of_disk
from tests.support.gallery_versions import LabVersions, of_whole
from tests.support.lab_gallery import LabGallery
from tests.support.lab_group import LabGroup
from tests.support.option_cases import OptionCase, exercise
from tests.support.options.gallery_image_version import BLOBS, CASES, IMAGE, UNPROVEN
from tests.support.running_lab import RunningLab, done
from tests.support.tasks import LabTasks

STRATEGY = "2025-03-03"


@pytest.fixture
def hub(lab: RunningLab, group: str, monkeypatch: pytest.MonkeyPatch) -> LabVersions:
    """A gallery with the image definition ``i``, whose replicas are looked at often."""
    monkeypatch.setattr(galleries, "REPLICA_LOOK_SECONDS", 0.05)
    LabVersions(lab, group).made()
    found = LabVersions(lab, group)
    found.image()
    return found


@pytest.fixture
def images(hub: LabVersions, lab_group: LabGroup) -> None:
    """The managed images ``one`` and ``two``."""
    for name in ("one", "two"):
        lab_group.image(name)


def options(hub: LabVersions, **more: Any) -> dict[str, Any]:
    """The options of a task on version 1.0.0, made from the managed image ``one``."""
    return {"resource_group": hub.group, "gallery": hub.name, "gallery_image": "i", "version": "1.0.0", **IMAGE, **more}


def shown(hub: LabVersions, image: str = "i", version: str = "1.0.0") -> httpx.Response:
    """The answer for the version to a caller of the newest api-version."""
    return hub.shown(f"{hub.id}/images/{image}/versions/{version}", "UefiSettings", STRATEGY)


def read(hub: LabVersions, image: str = "i", version: str = "1.0.0") -> dict[str, Any]:
    """The version as Azure shows it to a caller of the newest api-version."""
    return dict(shown(hub, image, version).raise_for_status().json())


def regions(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def replicas_in(hub: LabVersions, version: str = "1.0.0") -> list[str]:
    return [each["name"] for each in read(hub, version=version)["properties"]["publishingProfile"]["targetRegions"]]


class Sources:
    """The sources that cases name. Each is made when a case needs it."""

    def __init__(self, hub: LabVersions, group: LabGroup) -> None:
        self.hub, self.group = hub, group

    def make_for(self, case: OptionCase) -> None:
        """Make the sources of a case, and the image definition of its versions."""
        text = json.dumps([case.option, case.first, case.extra])
        for mark, make in self.makers.items():
            if mark in text:
                make()

    @cached_property
    def makers(self) -> dict[str, Callable[[], Any]]:
        """The makers of sources by a text in the cases that need them."""
        return {
            "managed_image": lambda: [self.group.image(name) for name in ("one", "two")],
            '"modern"': self._modern,
            "os_disk": lambda: [self.group.os_disk(name) for name in ("os-one", "os-two")],
            "data_disks": lambda: [self.group.disk(name) for name in ("data-one", "data-two")],
            ".snapshot": self._snapshots,
            "source.vm": self._vms,
            "{versions}": lambda: self._versions(self.hub),
            "{community}": self._shared,
        }

    def _modern(self) -> None:
        self.hub.image("trusted", "TrustedLaunchSupported", hyperVGeneration="V2")
        disk = self.group.os_disk("modern", hyperVGeneration="V2")
        done(self.group.compute.images.begin_create_or_update(self.group.name, "modern", image_of_disk(disk.id, hyperVGeneration="V2")))

    def _snapshots(self) -> None:
        for name in ("os-one", "os-two", "data-one", "data-two"):
            self.group.snapshot(self.group.disk(f"of-{name}", **({"osType": "Linux"} if name.startswith("os") else {})).id, name)

    def _vms(self) -> None:
        self.hub.image("specialized", osState="Specialized")
        for name in ("one", "two"):
            body = vm_of_disk(self.group.os_disk(name).id, self.group.subnet())
            body["properties"]["networkProfile"]["networkInterfaceConfigurations"][0]["name"] = name
            self.group.put_vm(body, name)

    def _versions(self, gallery: LabVersions) -> None:
        self.group.image("source")
        image = gallery.image("source")
        for version in ("0.0.1", "0.0.2"):
            gallery.create(image, of_whole(self.group.id("images", "source")), version)

    def _shared(self) -> None:
        LabGallery(self.hub.lab, self.hub.group, "public").made("Community")
        self._versions(replace(self.hub, name="public"))
        assert replace(self.hub, name="public").ask("POST", "share", {"operationType": "EnableCommunity"}).is_success

    def filled(self, case: OptionCase) -> OptionCase:
        """The case with the ids of the sources."""
        base = f"/subscriptions/{self.hub.lab.settings.subscription}/resourceGroups/{self.group.name}/providers"
        places = {
            "{images}": f"{base}/Microsoft.Compute/images",
            "{disks}": f"{base}/Microsoft.Compute/disks",
            "{snapshots}": f"{base}/Microsoft.Compute/snapshots",
            "{vms}": f"{base}/Microsoft.Compute/virtualMachines",
            "{sets}": f"{base}/Microsoft.Compute/diskEncryptionSets",
            "{accounts}": f"{base}/Microsoft.Storage/storageAccounts",
            "{versions}": f"{self.hub.id}/images/source/versions",
            "{community}": f"/communityGalleries/{self._public_name()}/images/source/versions" if "{community}" in str(case.first) else "",
        }
        return case.filled(places)

    def _public_name(self) -> str:
        info = replace(self.hub, name="public").properties()["sharingProfile"]["communityGalleryInfo"]
        return str(info["publicNames"][0])


@pytest.fixture
def blobs(lab: RunningLab) -> Iterator[None]:
    """Two fixed VHDs in a storage account."""
    path = lab.settings.state / "outside.json"
    path.write_text(json.dumps({"blobs": {blob: {"diskSizeGB": 1} for blob in BLOBS}}))
    yield
    path.unlink()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.option)
def test_an_option_is_stored_repeated_and_changed_or_refused(
    tasks: LabTasks, hub: LabVersions, lab_group: LabGroup, blobs: None, case: OptionCase
) -> None:
    sources = Sources(hub, lab_group)
    sources.make_for(case)
    image = str(case.extra.get("gallery_image", "i"))
    base = {key: value for key, value in options(hub).items() if key != "source"}
    exercise(tasks, gallery_image_version, base, sources.filled(case), lambda: shown(hub, image))


def test_a_version_is_published_as_predicted_and_not_again(tasks: LabTasks, hub: LabVersions, images: None) -> None:
    made = tasks.predict_do_repeat(gallery_image_version, **options(hub, target_regions=regions("northeurope", "West Europe")))
    assert made["steps"] == [
        "create version 1.0.0 of image definition i from image one",
        "wait until version 1.0.0 can be used in northeurope, westeurope",
    ]
    assert {row["state"] for row in made["gallery_image_version"]["replication_status"]["summary"]} == {"Completed"}
    assert read(hub)["properties"]["safetyProfile"]["allowDeletionOfReplicatedLocations"] is False
    assert read(hub)["properties"]["publishingProfile"]["storageAccountType"] == "Standard_LRS"


def test_a_gallery_is_named_by_id_name_or_dictionary(tasks: LabTasks, hub: LabVersions, images: None) -> None:
    tasks(gallery_image_version, **options(hub))
    for gallery in (hub.id, hub.id.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), {"name": "g", "resource_group": hub.group}):
        assert not tasks(gallery_image_version, **options(hub, gallery=gallery))["changed"]


def test_next_is_kept_for_the_same_source_and_bumped_for_another(tasks: LabTasks, hub: LabVersions, images: None) -> None:
    wanted = options(hub, version="next")
    assert tasks.predict_do_repeat(gallery_image_version, **wanted)["gallery_image_version"]["name"] == "1.0.0"
    other = options(hub, version="next", source={"managed_image": "two"})
    assert tasks.predict_do_repeat(gallery_image_version, **other)["gallery_image_version"]["name"] == "1.0.1"


def test_regions_are_added_kept_and_purged(tasks: LabTasks, hub: LabVersions, images: None) -> None:
    tasks(gallery_image_version, **options(hub, target_regions=regions("westeurope", "northeurope")))
    assert not tasks(gallery_image_version, **options(hub, target_regions=regions("North Europe")))["changed"]
    tasks.predict_do_repeat(gallery_image_version, **options(hub, target_regions=regions("eastus2")))
    assert replicas_in(hub) == ["West Europe", "North Europe", "East US 2"]
    purged = options(hub, target_regions=regions("East US 2"), purge_target_regions=True)
    assert tasks.predict_do_repeat(gallery_image_version, **purged)["steps"] == ["remove the replicas of version 1.0.0 in northeurope"]
    assert replicas_in(hub) == ["West Europe", "East US 2"]
    assert read(hub)["properties"]["safetyProfile"]["allowDeletionOfReplicatedLocations"] is False


def test_the_encryption_of_an_unknown_disk_is_refused(tasks: LabTasks, hub: LabVersions, images: None) -> None:
    encryption = {"data_disks": [{"lun": 7, "disk_encryption_set": "keys"}]}
    failed = tasks.fails(gallery_image_version, **options(hub, target_regions=[{"name": "westeurope", "encryption": encryption}]))
    assert "An invalid lun [7] was specified" in failed["msg"]


def test_a_task_waits_for_all_regions_for_one_or_for_none(lab: RunningLab, tasks: LabTasks, hub: LabVersions, images: None) -> None:
    wanted = options(hub, target_regions=regions("westeurope", "northeurope"))
    with lab.setting("replication_seconds", {"northeurope": 6}):
        first = tasks(gallery_image_version, **wanted, wait="first")["gallery_image_version"]["replication_status"]["summary"]
        assert {row["region"]: row["state"] for row in first} == {"westeurope": "Completed", "northeurope": "Replicating"}
        assert not tasks(gallery_image_version, **wanted, wait="none")["changed"]
        assert not tasks(gallery_image_version, **wanted, wait="all")["changed"]
    assert hub.replicas(read(hub)["id"]) == {"westeurope": "Completed", "northeurope": "Completed"}


def test_success_is_not_usable(lab: RunningLab, tasks: LabTasks, hub: LabVersions, images: None) -> None:
    with lab.switched("early_success", on=True), lab.setting("replication_seconds", {"northeurope": 1}):
        made = tasks(gallery_image_version, **options(hub, target_regions=regions("westeurope", "northeurope")))
    assert made["gallery_image_version"]["replication_status"]["aggregated_state"] == "Completed"


def test_a_task_ends_at_its_time_limit_and_names_the_regions(lab: RunningLab, tasks: LabTasks, hub: LabVersions, images: None) -> None:
    with lab.switched("early_success", on=True), lab.setting("replication_seconds", {"northeurope": 30}):
        failed = tasks.fails(gallery_image_version, **options(hub, target_regions=regions("westeurope", "northeurope"), wait_timeout=3))
    assert "not yet usable in northeurope (Replicating" in failed["msg"]


@pytest.mark.parametrize("stays", [False, True])
def test_a_failed_region_is_repaired(lab: RunningLab, tasks: LabTasks, hub: LabVersions, images: None, stays: bool) -> None:
    wanted = options(hub, target_regions=regions("westeurope", "northeurope"))
    with lab.setting("failing_regions", ["northeurope"]):
        failed = tasks.fails(gallery_image_version, **wanted)
    assert "could not be replicated to northeurope" in failed["msg"]
    assert "Failed with internal server error" in failed["msg"]
    with lab.switched("failed_region_stays", stays):
        assert tasks(gallery_image_version, **wanted)["changed"]
        assert not tasks(gallery_image_version, **wanted)["changed"]
    assert read(hub)["properties"]["provisioningState"] == "Succeeded"
    assert sorted(replicas_in(hub)) == ["North Europe", "West Europe"]


@pytest.mark.parametrize("stays", [False, True])
def test_a_version_that_was_never_made_is_replaced(
    lab: RunningLab, tasks: LabTasks, hub: LabVersions, lab_group: LabGroup, images: None, stays: bool
) -> None:
    hub.image("newer", hyperVGeneration="V2")
    hub.result(hub.put(f"{hub.id}/images/newer/versions/1.0.0", _wrong_generation(lab_group)))
    assert read(hub, "newer")["properties"]["provisioningState"] == "Failed"
    disk = lab_group.os_disk("new", hyperVGeneration="V2")
    done(lab_group.compute.images.begin_create_or_update(lab_group.name, "new", image_of_disk(disk.id, hyperVGeneration="V2")))
    with lab.switched("failed_version_stays", stays):
        tasks.predict_do_repeat(gallery_image_version, **options(hub, gallery_image="newer", source={"managed_image": "new"}))
    assert read(hub, "newer")["properties"]["provisioningState"] == "Succeeded"


def _wrong_generation(lab_group: LabGroup) -> dict[str, Any]:
    profile = {"targetRegions": regions("westeurope")}
    storage = of_whole(lab_group.id("images", "one"))
    return {"location": "westeurope", "properties": {"publishingProfile": profile, "storageProfile": storage}}


def test_a_snapshot_of_a_machine_needs_evidence(tasks: LabTasks, hub: LabVersions, lab_group: LabGroup) -> None:
    vm = lab_group.vm()
    lab_group.snapshot(vm.storage_profile.os_disk.managed_disk.id)
    wanted = options(hub, source={"os_disk": {"snapshot": "snapshot"}})
    with tasks.writes() as writes:
        assert "is not known to be sealed" in tasks.fails(gallery_image_version, **wanted)["msg"]
        assert "backup" in tasks.fails(gallery_image_version, **wanted, sealed="assume", backup_max_age=1)["msg"]
    assert writes == []
    assert tasks(gallery_image_version, **wanted, **UNPROVEN)["sealed"] == "assume"
    assert read(hub)["tags"]["goldenimage.sealed"] == "assume"


def test_a_version_of_another_source_is_replaced_on_request(tasks: LabTasks, hub: LabVersions, images: None) -> None:
    tasks(gallery_image_version, **options(hub))
    tasks.predict_do_repeat(gallery_image_version, **options(hub, source={"managed_image": "two"}, recreate=True))
    assert read(hub)["properties"]["storageProfile"]["source"]["id"].endswith("/two")


def test_no_version_is_replaced_if_a_region_does_not_exist(tasks: LabTasks, hub: LabVersions, images: None) -> None:
    tasks(gallery_image_version, **options(hub))
    replaced = options(hub, source={"managed_image": "two"}, recreate=True, target_regions=regions("marsnorth"))
    for check in (True, False):
        with tasks.writes() as writes:
            assert (
                "'marsnorth' is not a region that has image versions" in tasks.fails(gallery_image_version, check=check, **replaced)["msg"]
            )
        assert writes == []


def test_a_protected_version_is_deleted_only_on_request(tasks: LabTasks, hub: LabVersions, images: None) -> None:
    tasks(gallery_image_version, **options(hub, end_of_life_date="2036-12-31", block_deletion_before_end_of_life=True))
    with tasks.writes() as writes:
        assert "protected until its end of life" in tasks.fails(gallery_image_version, **options(hub, state="absent"))["msg"]
    assert writes == []
    tasks.predict_do_repeat(gallery_image_version, **options(hub, state="absent", allow_deletion_before_end_of_life=True))


def test_a_version_is_deleted(tasks: LabTasks, hub: LabVersions, images: None) -> None:
    tasks(gallery_image_version, **options(hub))
    assert tasks.predict_do_repeat(gallery_image_version, **options(hub, state="absent"))["gallery_image_version"] is None
    for gone in ({"gallery_image": "gone"}, {"gallery": "gone"}, {"resource_group": "gone"}):
        assert not tasks(gallery_image_version, **options(hub, state="absent", **gone))["changed"]


def test_tags_are_added_or_replaced(tasks: LabTasks, hub: LabVersions, images: None) -> None:
    tasks(gallery_image_version, **options(hub, tags={"a": "1"}))
    ours = {name: value for name, value in read(hub)["tags"].items() if name.startswith("goldenimage.")}
    assert set(ours) == {"goldenimage.source", "goldenimage.run"}
    tasks.predict_do_repeat(gallery_image_version, **options(hub, tags={"b": "2"}))
    assert read(hub)["tags"] == {**ours, "a": "1", "b": "2"}
    tasks.predict_do_repeat(gallery_image_version, **options(hub, tags={"c": "3"}, append_tags=False))
    assert read(hub)["tags"] == {**ours, "c": "3"}


def put_vm(lab_group: LabGroup, generation: str) -> None:
    """Create a generalized VM with a data disk."""
    body = vm_of_disk(lab_group.os_disk("os", hyperVGeneration=generation).id, lab_group.subnet())
    data = {"lun": 5, "createOption": "Attach", "caching": "ReadOnly", "managedDisk": {"id": lab_group.disk("data").id}}
    body["properties"]["storageProfile"]["dataDisks"] = [data]
    lab_group.put_vm(body)
    lab_group.generalize()


@pytest.mark.parametrize(("image", "generation", "steps"), [("i", "V1", 2), ("trusted", "V2", 4)])
def test_a_generalized_vm_is_published_with_all_disks(
    tasks: LabTasks, hub: LabVersions, lab_group: LabGroup, image: str, generation: str, steps: int
) -> None:
    hub.image("trusted", "TrustedLaunchSupported", hyperVGeneration="V2")
    put_vm(lab_group, generation)
    wanted = options(hub, gallery_image=image, version="next", source={"vm": "vm"}, **UNPROVEN)
    assert len(tasks.predict_do_repeat(gallery_image_version, **wanted)["steps"]) == steps
    (data,) = read(hub, image)["properties"]["storageProfile"]["dataDiskImages"]
    assert (data["lun"], data["hostCaching"]) == (5, "ReadOnly")
    assert read(hub, image)["tags"]["goldenimage.vm"].endswith("/virtualMachines/vm")


def test_a_vm_that_is_not_generalized_is_refused_for_a_generalized_definition(
    tasks: LabTasks, hub: LabVersions, lab_group: LabGroup
) -> None:
    lab_group.vm()
    with tasks.writes() as writes:
        failed = tasks.fails(gallery_image_version, **options(hub, source={"vm": "vm"}, **UNPROVEN))
    assert "The source is Specialized, the definition Generalized" in failed["msg"]
    assert writes == []


def test_a_version_is_made_from_one_of_another_subscription(lab: RunningLab, tasks: LabTasks, hub: LabVersions, images: None) -> None:
    made = hub.create(f"{hub.id}/images/i", of_whole(f"{hub.id.rpartition('/galleries')[0]}/images/one"), "0.0.1")
    with lab.second_subscription() as second:
        group = second.put_group()
        other = LabVersions(second, group)
        other.made()
        other.image()
        wanted = options(hub, gallery=other.id, source={"version": made["id"]})
        tasks.predict_do_repeat(gallery_image_version, **wanted)
        assert read(other)["properties"]["storageProfile"]["source"]["id"] == made["id"]


def test_a_disk_goes_through_a_managed_image_where_the_definition_does_not_take_it(
    tasks: LabTasks, hub: LabVersions, lab_group: LabGroup
) -> None:
    hub.image("trusted", "TrustedLaunchSupported", hyperVGeneration="V2")
    lab_group.os_disk("os", hyperVGeneration="V2")
    lab_group.disk("data")
    source = {"os_disk": {"disk": "os"}, "data_disks": [{"lun": 3, "disk": "data", "host_caching": "ReadOnly"}]}
    tasks.predict_do_repeat(gallery_image_version, **options(hub, gallery_image="trusted", source=source, **UNPROVEN))
    (data,) = read(hub, "trusted")["properties"]["storageProfile"]["dataDiskImages"]
    assert (data["lun"], data["hostCaching"]) == (3, "ReadOnly")
    assert list(lab_group.compute.images.list_by_resource_group(lab_group.name)) == []


def test_the_progress_of_each_region_is_shown(lab: RunningLab, tasks: LabTasks, hub: LabVersions, images: None, tmp_path: Path) -> None:
    wanted = options(hub, target_regions=regions("westeurope", "northeurope"))
    run = subprocess.run(
        command("ansible", "localhost", "-m", "goldenimage.azure.gallery_image_version", "-a", json.dumps(wanted)),
        env=environment(lab, tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    for region in ("westeurope", "northeurope"):
        assert f"[localhost] image i: replication to {region}: Completed, 100 %" in run.stderr
