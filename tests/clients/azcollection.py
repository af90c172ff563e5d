# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azure.azcollection creates an image and a gallery with an image version; a shim adds a function that it needs for custom clouds."""

from __future__ import annotations

import ast
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.support.migration import PAGE, Section, page, sections

from . import lab

# The community package contains the collection, so that Galaxy is not needed.
BUNDLE = "ansible==12.3.0"
FOLDER = "ansible_collections/azure/azcollection/"
SHIM = Path(__file__).parent / "azcollection_shim"
GROUP = "azcollection"


def collection() -> Path:
    """A collections path with azure.azcollection, which is downloaded once."""
    place = lab.BUILD / "collections"
    if not (place / FOLDER / "requirements.txt").exists():
        downloads = lab.BUILD / "downloads"
        pip = [lab.ROOT / ".venv" / "bin" / "python", "-m", "pip", "download", "-q", "--no-deps", "--dest", downloads, BUNDLE]
        subprocess.run(pip, check=True)
        (wheel,) = downloads.glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as bundle:
            bundle.extractall(place, [name for name in bundle.namelist() if name.startswith(FOLDER)])
    return place


def require_mapped(section: Section) -> None:
    """Fail if the page about this collection lacks an option or return value of one of its modules, or names one that it does not have."""
    source = (collection() / FOLDER / "plugins" / "modules" / f"{section.theirs}.py").read_text()
    texts = {node.targets[0].id: node.value.value for node in ast.parse(source).body if _is_text(node)}  # type: ignore[attr-defined]
    options, returned = yaml.safe_load(texts["DOCUMENTATION"])["options"], yaml.safe_load(texts["RETURN"])
    documented = {(False, name) for name in _names(options, "suboptions")} | {(True, name) for name in _names(returned, "contains")}
    named = {(row.returned, row.theirs) for row in section.rows}
    if wrong := documented ^ named:
        raise SystemExit(f"{PAGE.name}, {section.theirs}: missing or unknown: {', '.join(sorted(name for _returned, name in wrong))}")


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.targets[0], ast.Name)


def _names(described: dict[str, Any] | None, inner: str, before: str = "") -> Iterator[str]:
    for name, value in (described or {}).items():
        yield before + name
        yield from _names(value.get(inner), inner, f"{before}{name}.")


class Ansible:
    """Runs modules of azure.azcollection as ad-hoc tasks."""

    def __init__(self, cloud: dict[str, str]) -> None:
        place = collection()
        requirements = (place / FOLDER / "requirements.txt").read_text().splitlines()
        packages = [line.split("#")[0].strip() for line in requirements]
        self._program = lab.venv("azcollection", "ansible-core==2.19.*", *[package for package in packages if package]) / "ansible"
        self._environment = lab.environment(
            cloud
            | {
                "ANSIBLE_COLLECTIONS_PATH": str(place),
                "AZURE_CONFIG_DIR": str(lab.BUILD / "azcollection-config"),
                "PYTHONPATH": str(SHIM),
            }
        )

    def __call__(self, module: str, **arguments: Any) -> dict[str, Any]:
        """Run one module on localhost and return its result; a failure ends the run with the output of the module."""
        print(module, flush=True)
        command = [self._program, "localhost", "-m", f"azure.azcollection.{module}", "-a", json.dumps(arguments)]
        done = subprocess.run(command, env=self._environment, cwd=lab.BUILD, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{module} failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
        return json.loads(done.stdout.partition(" => ")[2])


def main(cloud: dict[str, str]) -> None:
    """Create a resource group, a disk, an image of it and a version of that in a gallery, and delete them."""
    for section in sections(page()):
        require_mapped(section)
    run = Ansible(cloud)
    run("azure_rm_resourcegroup", name=GROUP, location="westeurope")
    disk = run("azure_rm_manageddisk", resource_group=GROUP, name="os", disk_size_gb=1, os_type="linux")["state"]["id"]
    run("azure_rm_image", resource_group=GROUP, name="golden", source=disk, os_type="Linux", hyper_v_generation="V2")
    images = run("azure_rm_image_info", resource_group=GROUP)["images"]
    assert [image["name"] for image in images] == ["golden"]
    gallery(run, images[0]["id"])
    run("azure_rm_image", resource_group=GROUP, name="golden", state="absent", source=disk, os_type="Linux", hyper_v_generation="V2")
    assert run("azure_rm_image_info", resource_group=GROUP)["images"] == []
    run("azure_rm_manageddisk", resource_group=GROUP, name="os", state="absent")
    run("azure_rm_resourcegroup", name=GROUP, state="absent")


def gallery(run: Ansible, image: str) -> None:
    """Publish the image as a version in a gallery; read and delete version, definition and gallery."""
    place: dict[str, Any] = {"resource_group": GROUP, "gallery_name": "images"}
    run("azure_rm_gallery", resource_group=GROUP, name="images", location="westeurope", description="made by azcollection")
    identifier = {"publisher": "example", "offer": "linux", "sku": "small"}
    system = {"os_type": "linux", "os_state": "generalized", "hypervgeneration": "V2", "identifier": identifier}
    run("azure_rm_galleryimage", **place, name="linux", location="westeurope", **system)
    definition = {**place, "gallery_image_name": "linux"}
    profile = {"target_regions": [{"name": "westeurope", "regional_replica_count": 1}]}
    version = {**definition, "name": "1.0.0", "location": "westeurope", "publishing_profile": profile}
    run("azure_rm_galleryimageversion", **version, storage_profile={"source_image": image})
    assert [each["name"] for each in run("azure_rm_gallery_info", resource_group=GROUP)["galleries"]] == ["images"]
    assert [each["os_type"] for each in run("azure_rm_galleryimage_info", **place)["images"]] == ["Linux"]
    (listed,) = run("azure_rm_galleryimageversion_info", **definition)["versions"]
    assert (listed["name"], listed["provisioning_state"]) == ("1.0.0", "Succeeded")
    run("azure_rm_galleryimageversion", **definition, name="1.0.0", state="absent")
    run("azure_rm_galleryimage", **place, name="linux", state="absent")
    run("azure_rm_gallery", resource_group=GROUP, name="images", state="absent")
