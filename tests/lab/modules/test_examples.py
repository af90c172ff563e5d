# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the documentation, run by ansible-playbook without changes.

Only subscription ids and paths are replaced, by ``REPLACED``. A new example runs automatically with the resources of its module, and
fails if it names a resource that does not exist.
"""

from __future__ import annotations

import datetime
import importlib
import json
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.formats.vhd import fixed_footer
from ansible_collections.goldenimage.azure.plugins.modules import image_upload, vm_backup

from tests.support.ansible_runs import command, environment
from tests.support.bodies import image_of_disk, vm_of_disk
from tests.support.disk_files import make_disk
from tests.support.gallery_versions import LabVersions, of_disk, of_whole
from tests.support.lab_gallery import LabGallery
from tests.support.lab_group import LabGroup
from tests.support.running_lab import MIB, RunningLab, done
from tests.support.tasks import LabTasks
from tests.support.windows.disks import SEALED, machine
from tests.support.windows.render import render

COLLECTION = "goldenimage.azure"
NEEDS_WINDOWS = {"windows_sysprep_wait"}
"""Modules whose examples need a Windows machine; the plays of this one are in tests/unit/action."""
MODULES = sorted({path.stem for path in (Path(__file__).parents[3] / "plugins" / "modules").glob("*.py")} - NEEDS_WINDOWS)
GROUPS = ("images", "build", "net")
LISTS = {
    "gallery_image_info": "gallery_images",
    "gallery_image_version_info": "gallery_image_versions",
    "gallery_info": "galleries",
    "image_info": "images",
    "marketplace_terms_info": "terms",
    "vm_backup_info": "backups",
}
READINGS = {"windows_disk_info": "verdict"}
"""Modules that return readings instead of changes, and the one that is never empty."""
REPLACED: dict[str, Callable[[ExampleSetup], str]] = {
    "00000000-0000-0000-0000-000000000000": lambda setup: setup.lab.settings.subscription,
    "/var/tmp/": lambda setup: f"{setup.folder}/",
}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1f9vYx8yQ0u6hM0m0q3o6e8m6yq7n0l2k1j0h9g8f7 reader\n"
EFI_SYSTEM = 0xEF


def text_of(module: str) -> str:
    """The examples of a module."""
    return str(importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{module}").EXAMPLES)


def names_of(module: str) -> list[str]:
    """The names of the examples of a module."""
    return [example["name"] for example in yaml.safe_load(text_of(module))]


MARKETPLACE = {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "1.0", "diskSizeGB": 1, "hyperVGeneration": "V2"}
WITH_PLAN = {**MARKETPLACE, "publisher": "bitnami", "offer": "rabbitmq", "sku": "rabbitmq", "plan": "rabbitmq"}
BUILT = {"osType": "Linux", "diskSizeGB": 1, "hyperVGeneration": "V2"}


@dataclass(frozen=True)
class ExampleSetup:
    """The resource groups that the examples name, and the home directory in which they run."""

    lab: RunningLab
    tasks: LabTasks
    folder: Path
    left: ExitStack
    """Contexts that end with the test, such as that of a second subscription."""

    @property
    def outside(self) -> Path:
        """The file that lists the Marketplace images of the lab."""
        return self.lab.settings.state / "outside.json"

    def group(self, name: str) -> LabGroup:
        """A resource group, with methods that create resources in it."""
        return LabGroup(self.lab, name)

    def vm(self, group: str, name: str) -> Any:
        """Create a VM with a data disk, powered off as if by its guest."""
        lab_group = self.group(group)
        body = vm_of_disk(lab_group.os_disk(f"{name}-os").id, self.lab.put_subnet(group, network="build"))
        body["properties"]["networkProfile"]["networkInterfaceConfigurations"][0]["name"] = f"{name}-nic"
        data = {"lun": 5, "createOption": "Attach", "managedDisk": {"id": lab_group.disk(f"{name}-data").id}}
        body["properties"]["storageProfile"]["dataDisks"] = [data]
        made = done(lab_group.compute.virtual_machines.begin_create_or_update(group, name, body))
        done(lab_group.compute.virtual_machines.begin_power_off(group, name))
        return made

    def sealed(self, group: str, name: str) -> Any:
        """Create a VM that is backed up and then sealed, with the tag that an interrupted capture leaves."""
        made, lab_group = self.vm(group, name), self.group(group)
        self.tasks(vm_backup, resource_group=group, vm=name)
        lab_group.stop(name)
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=1)
        ownership_time = parse_time(lab_group.properties("disks", f"{name}-os")["LastOwnershipUpdateTime"])
        kept = Seal.of(lab_group.properties("virtualMachines", name)["vmId"].lower(), later.strftime("%Y-%m-%dT%H:%M:%SZ")).stamped(
            ownership_time
        )
        done(lab_group.compute.virtual_machines.begin_update(group, name, {"tags": {"goldenimage.seal": kept.as_tag()}}))
        return made

    def image(self, group: str, name: str, **tags: str) -> None:
        """Create an image of an empty disk."""
        lab_group = self.group(group)
        body = image_of_disk(lab_group.os_disk(f"{name}-source").id) | {"tags": tags}
        done(lab_group.compute.images.begin_create_or_update(group, name, body))


Variables = dict[str, Any]


def to_make_galleries(setup: ExampleSetup) -> Variables:
    """Nothing: the examples make galleries."""
    return {}


def to_define(setup: ExampleSetup) -> Variables:
    """A gallery."""
    LabGallery(setup.lab, "images", "golden").made()
    return {}


def to_list_definitions(setup: ExampleSetup) -> Variables:
    """A gallery with an image definition."""
    LabGallery(setup.lab, "images", "golden").made().definition("web")
    return {}


def to_publish(setup: ExampleSetup) -> Variables:
    """A gallery with two image definitions and two versions, one of them protected, and the sources of new versions."""
    group, hub = setup.group("images"), LabVersions(setup.lab, "images", "hub")
    hub.made()
    setup.image("images", "web-2026-11")
    hub.image("database", osState="Specialized")
    group.snapshot(group.os_disk("database-disk").id, "database-os")
    group.disk("database-data")
    setup.outside.write_text(json.dumps({"blobs": {"https://contoso.blob.core.windows.net/vhds/logs.vhd": {"diskSizeGB": 1}}}))
    web, source = hub.image("web"), of_whole(group.id("images", "web-2026-11"))
    hub.create(web, source, "1.0.3", ("westeurope", "northeurope"), safetyProfile={"allowDeletionOfReplicatedLocations": False})
    hub.create(
        web, source, "1.0.2", profile={"endOfLifeDate": "2999-01-01T00:00:00Z"}, safetyProfile={"blockDeletionBeforeEndOfLife": True}
    )
    return {}


def to_list_versions(setup: ExampleSetup) -> Variables:
    """A version."""
    hub = LabVersions(setup.lab, "images", "hub")
    hub.made()
    setup.image("images", "web")
    hub.create(hub.image("web"), of_whole(setup.group("images").id("images", "web")))
    return {}


def to_upload(setup: ExampleSetup) -> Variables:
    """Three disk files, one of them for UEFI, and an image of the day before."""
    for name in ("debian-12.raw", "nightly.raw"):
        make_disk(setup.folder / name)
    with open(make_disk(setup.folder / "windows-2022.vhd", offsets=(MIB,)), "r+b") as file:
        file.seek(446 + 4)
        file.write(bytes([EFI_SYSTEM]))
        file.seek(510)
        file.write(b"\x55\xaa")
        file.seek(32 * MIB)
        file.write(fixed_footer(32 * MIB, "theirs"))
    setup.image("images", "nightly")
    return {}


def to_make_images(setup: ExampleSetup) -> Variables:
    """The disk of an upload, snapshots of the disks of a database, and a VHD blob."""
    file = make_disk(setup.folder / "debian.raw")
    setup.tasks(image_upload, resource_group="images", name="debian", path=str(file), keep_disk=True)
    for name in ("database-os", "database-data"):
        setup.group("build").snapshot(setup.group("build").os_disk(f"{name}-disk").id, name)
    setup.outside.write_text(json.dumps({"blobs": {"https://vendor.blob.core.windows.net/images/appliance.vhd": {"diskSizeGB": 1}}}))
    return {}


def to_boot(setup: ExampleSetup) -> Variables:
    """An SSH key, an image, a Marketplace image, a restored disk and two subnets."""
    (setup.folder / ".ssh").mkdir()
    (setup.folder / ".ssh" / "id_ed25519.pub").write_text(KEY)
    setup.image("build", "debian-12")
    hub = f"/subscriptions/{setup.lab.settings.subscription}/resourceGroups/images/providers/Microsoft.Compute/galleries/hub/images/web"
    in_galleries = {
        hub: {**BUILT, "osState": "Specialized", "versions": {"1.0.0": {}}},
        "/CommunityGalleries/debian-1a2b3c4d/Images/debian-12": {**BUILT, "versions": {"1.0.0": {}}},
    }
    setup.outside.write_text(json.dumps({"platformImages": [MARKETPLACE], "galleryImages": in_galleries}))
    setup.group("build").os_disk("web1-before-generalize-2f0c7a5e-os-disk")
    setup.lab.put_subnet("build", network="build")
    setup.lab.put_subnet("net", network="n", subnet="s")
    return {}


def to_capture(setup: ExampleSetup) -> Variables:
    """Four sealed VMs, two VMs without a seal, an image of the night before, and a gallery."""
    setup.sealed("images", "web1")
    setup.sealed("build", "web1")
    setup.sealed("build", "web2")
    setup.vm("build", "desk1")
    LabGallery(setup.lab, "images", "hub").made()
    setup.vm("images", "legacy1")
    setup.image("images", "nightly")
    return {"built": {"vm": {"id": setup.sealed("build", "nightly1").id}}}


def to_agree(setup: ExampleSetup) -> Variables:
    """A Marketplace image with a plan."""
    setup.outside.write_text(json.dumps({"platformImages": [WITH_PLAN]}))
    return {}


def to_back_up(setup: ExampleSetup) -> Variables:
    """A VM."""
    setup.vm("build", "web1")
    return {}


def to_copy(setup: ExampleSetup) -> Variables:
    """A VM, and a network that its own subnet is not in."""
    setup.vm("build", "web1")
    setup.lab.put_subnet("build", network="closed", subnet="copies")
    return {}


def to_restore(setup: ExampleSetup) -> Variables:
    """A VM that was generalized after its backup."""
    setup.sealed("build", "web1")
    setup.group("build").generalize("web1")
    return {}


def to_list(setup: ExampleSetup) -> Variables:
    """Images of every source, one of them made under a plan that is not offered any more."""
    plan = json.dumps({"name": "gone", "publisher": "nobody", "product": "nothing"})
    setup.image("images", "web-3", role="web", release="3", **{"goldenimage.plan": plan})
    source = setup.group("images").os_disk("web-3-disk").id
    golden = LabVersions(setup.lab, "images", "golden")
    golden.made()
    golden.create(golden.image("debian-12"), of_disk(source))
    public = LabVersions(setup.lab, "images", "public")
    public.made("Community")
    arm = {"architecture": "Arm64"}
    disk = setup.group("images").os_disk("arm", hyperVGeneration="V2", supportedCapabilities=arm).id
    public.create(public.image("debian-12-arm", hyperVGeneration="V2", **arm), of_disk(disk))
    public.ask("POST", "share", {"operationType": "EnableCommunity"})
    setup.left.callback(public.ask, "POST", "share", {"operationType": "Reset"})
    others = setup.left.enter_context(setup.lab.second_subscription())
    theirs = LabVersions(others, others.put_group("theirs"), "theirs")
    theirs.made("Groups")
    theirs.create(theirs.image("web"), of_disk(LabGroup(others, "theirs").os_disk().id))
    theirs.ask("POST", "share", {"operationType": "Add", "groups": [{"type": "Subscriptions", "ids": [setup.lab.settings.subscription]}]})
    sql = {**MARKETPLACE, "publisher": "MicrosoftSQLServer", "offer": "sql2022-ws2022", "sku": "enterprise-gen2"}
    setup.outside.write_text(json.dumps({"platformImages": [sql]}))
    return {}


def to_read_disks(setup: ExampleSetup) -> Variables:
    """The disk file of a Windows machine that was generalized, and a snapshot."""
    render(machine(SEALED), setup.folder / "web.raw")
    setup.group("build").snapshot(setup.group("build").os_disk("web-os").id, "web-backup-os")
    return {}


def to_list_backups(setup: ExampleSetup) -> Variables:
    """A VM that was backed up."""
    setup.vm("build", "web1")
    setup.tasks(vm_backup, resource_group="build", vm="web1")
    return {}


@dataclass(frozen=True)
class Scene:
    """The resources for examples of a module, and which examples run there, in order: all, unless `only` names some."""

    module: str
    resources: Callable[[ExampleSetup], Variables]
    only: tuple[str, ...] = ()

    def runs(self, name: str) -> bool:
        """Whether an example runs in this scene."""
        return name in self.only or not self.only


SCENES = {
    "gallery": Scene("gallery", to_make_galleries),
    "gallery_image": Scene("gallery_image", to_define),
    "gallery_image_info": Scene("gallery_image_info", to_list_definitions),
    "gallery_image_version": Scene("gallery_image_version", to_publish),
    "gallery_image_version_info": Scene("gallery_image_version_info", to_list_versions),
    "gallery_info": Scene("gallery_info", to_define),
    "image": Scene("image", to_make_images),
    "image_boot": Scene("image_boot", to_boot),
    "image_capture": Scene("image_capture", to_capture),
    "image_info": Scene("image_info", to_list),
    "image_upload": Scene("image_upload", to_upload),
    "marketplace_terms": Scene("marketplace_terms", to_agree),
    "marketplace_terms_info": Scene("marketplace_terms_info", to_agree),
    "vm_backup of a running VM": Scene(
        "vm_backup", to_back_up, ("Back up a VM before its guest is generalized", "Restore the disks of the VM", "Remove the backup")
    ),
    "vm_backup of a generalized VM": Scene(
        "vm_backup",
        to_restore,
        ("Restore the disks of the VM", "Start a new VM from these disks, if the first one was generalized or deleted"),
    ),
    "vm_backup_info": Scene("vm_backup_info", to_list_backups),
    "vm_copy": Scene("vm_copy", to_copy),
    "windows_disk_info": Scene("windows_disk_info", to_read_disks),
}


def test_every_example_runs_in_a_scene_and_every_replacement_is_needed() -> None:
    run = [(scene.module, name) for scene in SCENES.values() for name in names_of(scene.module) if scene.runs(name)]
    written = [(module, name) for module in MODULES for name in names_of(module)]
    assert set(run) == set(written)
    assert len(written) == len(set(written)), "two examples of a module have the same name"
    assert {(scene.module, name) for scene in SCENES.values() for name in scene.only} <= set(written)
    assert [text for text in REPLACED if not any(text in text_of(module) for module in MODULES)] == []


@pytest.fixture
def setup(lab: RunningLab, tasks: LabTasks, tmp_path: Path) -> Iterable[ExampleSetup]:
    """The groups that the examples name; they are deleted afterwards."""
    for name in GROUPS:
        lab.put_group(name)
    with ExitStack() as left:
        made = ExampleSetup(lab, tasks, tmp_path, left)
        yield made
    made.outside.unlink(missing_ok=True)
    for name in GROUPS:
        answer = lab.arm("DELETE", f"resourceGroups/{name}", version="2021-04-01").raise_for_status()
        while answer.status_code == 202:
            time.sleep(0.05)
            answer = lab.http.get(answer.headers["Location"]).raise_for_status()


def name_of(number: int, example: dict[str, Any]) -> str:
    """The variable that holds the result of an example."""
    return str(example.get("register", f"real_{number}"))


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_the_examples_run(setup: ExampleSetup, scene: Scene) -> None:
    variables, text, folder = scene.resources(setup), text_of(scene.module), setup.folder
    for documented, actual in REPLACED.items():
        text = text.replace(documented, actual(setup))
    examples = [example for example in yaml.safe_load(text) if scene.runs(example["name"])]
    tasks, results = [], []
    for number, example in enumerate(examples):
        tasks.append({**example, "register": name_of(number, example)})
        results.append(name_of(number, example))
    content = "{{ [" + ", ".join(results) + "] | to_json }}"
    write = {"ansible.builtin.copy": {"content": content, "dest": str(folder / "results.json"), "mode": "0600"}}
    play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": [*tasks, write]}
    (folder / "examples.yml").write_text(json.dumps([play]))

    run = subprocess.run(
        command("ansible-playbook", folder / "examples.yml"),
        env={**environment(setup.lab, folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    for example, real in zip(examples, json.loads((folder / "results.json").read_text()), strict=True):
        name = next((key.removeprefix(f"{COLLECTION}.") for key in example if key.startswith(COLLECTION)), None)
        if name in LISTS:
            assert real[LISTS[name]] != [], example["name"]
        elif name in READINGS:
            assert real[READINGS[name]], example["name"]
        elif name:
            assert real["changed"], example["name"]
            assert real["steps"] != [], example["name"]
