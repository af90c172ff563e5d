# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The az command line registers the lab as a cloud, and creates a disk, a snapshot, an image and a gallery with an image version there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx

from . import lab

PACKAGE = "azure-cli==2.91.0"
MIB = 1024 * 1024
PAGES = 4 * MIB
GROUP = "clients"


class Az:
    """`az` with a separate configuration folder."""

    def __init__(self, bin_folder: Path, cloud: dict[str, str]) -> None:
        self._program = bin_folder / "az"
        self._config = lab.BUILD / "az-config"
        shutil.rmtree(self._config, ignore_errors=True)
        self._environment = lab.environment(
            {
                "AZURE_CONFIG_DIR": str(self._config),
                "AZURE_CORE_INSTANCE_DISCOVERY": "false",
                "AZURE_CORE_COLLECT_TELEMETRY": "false",
                "AZURE_CORE_NO_COLOR": "true",
                "REQUESTS_CA_BUNDLE": cloud["REQUESTS_CA_BUNDLE"],
            }
        )

    def __call__(self, *words: str | Path) -> Any:
        """Run one command and return its JSON; a failure ends the run with az's own text."""
        print("az", *words[:2], flush=True)
        done = subprocess.run(
            [self._program, *words, "--output", "json"], env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"az {' '.join(map(str, words))} failed:\n{done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else None


def signed_in(cloud: dict[str, str]) -> Az:
    """`az` that knows the lab as a cloud and is signed in there."""
    az = Az(lab.venv("az", PACKAGE), cloud)
    secret = lab.BUILD / "secret"
    secret.touch(mode=0o600)
    secret.write_text(cloud["AZURE_SECRET"])
    try:
        az("cloud", "register", "--name", "azlab", "--endpoint-resource-manager", cloud["AZURE_CLOUD_ENVIRONMENT"])
        az("cloud", "set", "--name", "azlab")
        user, tenant = cloud["AZURE_CLIENT_ID"], cloud["AZURE_TENANT"]
        accounts = az("login", "--service-principal", "--username", user, "--password", f"@{secret}", "--tenant", tenant)
    finally:
        secret.unlink()
    assert cloud["AZURE_SUBSCRIPTION_ID"] in [account["id"] for account in accounts]
    az("account", "set", "--subscription", cloud["AZURE_SUBSCRIPTION_ID"])
    return az


def main(cloud: dict[str, str]) -> None:
    """Create, use and delete all resources."""
    az = signed_in(cloud)
    az("group", "create", "--name", GROUP, "--location", "westeurope")
    disk = uploaded(az, cloud, "os")
    snapshot(az, disk)
    image(az, disk)
    gallery(az, disk)
    az("disk", "delete", "--resource-group", GROUP, "--name", "os", "--yes")
    assert az("disk", "list", "--resource-group", GROUP) == []
    az("group", "delete", "--name", GROUP, "--yes")
    assert az("group", "exists", "--name", GROUP) is False


def uploaded(az: Az, cloud: dict[str, str], name: str) -> dict[str, Any]:
    """Create a disk by direct upload of a fixed VHD whose footer qemu-img has written."""
    raw, vhd = lab.BUILD / f"{name}.raw", lab.BUILD / f"{name}.vhd"
    content = os.urandom(MIB) + bytes(19 * MIB)  # the smallest upload that Azure accepts
    raw.write_bytes(content)
    convert = ["qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", "subformat=fixed,force_size", raw, vhd]
    subprocess.run(convert, check=True)
    where = ("--resource-group", GROUP, "--name", name)
    kind = ("--upload-type", "Upload", "--upload-size-bytes", str(vhd.stat().st_size))
    created = az("disk", "create", *where, *kind, "--os-type", "Linux", "--hyper-v-generation", "V2", "--sku", "Standard_LRS")
    assert created["diskState"] == "ReadyToUpload"
    write = az("disk", "grant-access", *where, "--access-level", "Write", "--duration-in-seconds", "3600")
    put_pages(write.get("accessSas") or write["accessSAS"], vhd.read_bytes(), cloud)
    az("disk", "revoke-access", *where)
    shown = az("disk", "show", *where)
    assert (shown["diskState"], shown["diskSizeBytes"]) == ("Unattached", len(content))
    read = az("disk", "grant-access", *where, "--access-level", "Read", "--duration-in-seconds", "3600")
    sas = read.get("accessSas") or read["accessSAS"]
    with httpx.Client(verify=cloud["REQUESTS_CA_BUNDLE"]) as client:
        assert client.get(sas, headers={"Range": f"bytes=0-{MIB - 1}"}).content == content[:MIB]
        az("disk", "revoke-access", *where)
        assert client.get(sas).status_code == 403
    return shown


def put_pages(sas: str, content: bytes, cloud: dict[str, str]) -> None:
    """Send Put Page for every range of pages that is not empty."""
    with httpx.Client(verify=cloud["REQUESTS_CA_BUNDLE"], timeout=60) as client:
        for start in range(0, len(content), PAGES):
            piece = content[start : start + PAGES]
            if piece.strip(b"\0"):
                headers = {
                    "x-ms-version": "2020-10-02",
                    "x-ms-page-write": "update",
                    "x-ms-range": f"bytes={start}-{start + len(piece) - 1}",
                }
                client.put(f"{sas}&comp=page", content=piece, headers=headers).raise_for_status()


def snapshot(az: Az, disk: dict[str, Any]) -> None:
    """Create, read, list and delete a full snapshot of the disk."""
    where = ("--resource-group", GROUP, "--name", "os-snapshot")
    made = az("snapshot", "create", *where, "--source", disk["id"])
    assert made["creationData"]["sourceResourceId"].lower() == disk["id"].lower()
    az("snapshot", "grant-access", *where, "--access-level", "Read", "--duration-in-seconds", "600")
    az("snapshot", "revoke-access", *where)
    assert [each["name"] for each in az("snapshot", "list", "--resource-group", GROUP)] == ["os-snapshot"]
    az("snapshot", "delete", *where)
    assert az("snapshot", "list", "--resource-group", GROUP) == []


def image(az: Az, disk: dict[str, Any]) -> None:
    """Create, show, list and delete a managed image of the disk."""
    where = ("--resource-group", GROUP, "--name", "golden")
    az("image", "create", *where, "--source", disk["id"], "--os-type", "Linux", "--hyper-v-generation", "V2", "--tags", "made=az")
    shown = az("image", "show", *where)
    assert (shown["provisioningState"], shown["hyperVGeneration"], shown["tags"]) == ("Succeeded", "V2", {"made": "az"})
    assert shown["storageProfile"]["osDisk"]["managedDisk"]["id"].lower() == disk["id"].lower()
    assert [each["name"] for each in az("image", "list")] == ["golden"]
    az("image", "delete", *where)
    assert az("image", "list", "--resource-group", GROUP) == []


def gallery(az: Az, disk: dict[str, Any]) -> None:
    """Publish a managed image of the disk as a version in a gallery; read, list and delete version, definition and gallery."""
    group = ("--resource-group", GROUP)
    image = az("image", "create", *group, "--name", "source", "--source", disk["id"], "--os-type", "Linux", "--hyper-v-generation", "V2")
    here = (*group, "--gallery-name", "images")
    made = az("sig", "create", *here, "--description", "made by az")
    assert made["identifier"]["uniqueName"].endswith("-IMAGES")
    definition = (*here, "--gallery-image-definition", "linux")
    names = ("--publisher", "example", "--offer", "linux", "--sku", "small")
    az("sig", "image-definition", "create", *definition, *names, "--os-type", "Linux", "--hyper-v-generation", "V2")
    shown = az("sig", "image-definition", "show", *definition)
    assert (shown["osState"], shown["hyperVGeneration"], shown["provisioningState"]) == ("Generalized", "V2", "Succeeded")
    version = (*definition, "--gallery-image-version", "1.0.0")
    regions = ("--target-regions", "westeurope=2", "northeurope")
    az("sig", "image-version", "create", *version, "--managed-image", image["id"], *regions, "--tags", "made=az")
    shown = az("sig", "image-version", "show", *version, "--expand", "ReplicationStatus")
    published = shown["publishingProfile"]["targetRegions"]
    assert [(region["name"], region["regionalReplicaCount"]) for region in published] == [("West Europe", 2), ("North Europe", 1)]
    assert shown["storageProfile"]["source"]["id"].lower() == image["id"].lower()
    assert shown["replicationStatus"]["aggregatedState"] == "Completed"
    for listed, name in ((az("sig", "image-version", "list", *definition), "1.0.0"), (az("sig", "list", *group), "images")):
        assert [each["name"] for each in listed] == [name]
    az("sig", "image-version", "delete", *version)
    az("sig", "image-definition", "delete", *definition)
    az("sig", "delete", *here)
    assert az("sig", "list", *group) == []
    az("image", "delete", *group, "--name", "source")
