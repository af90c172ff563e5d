# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One scenario through whichever azure-mgmt-compute is first on the path; prints what its caller would see, as JSON.

Run as a script: sdk_scenario.py STATE GROUP. Bodies go out as bytes, because the older SDK drops the keys that its models do not know.
"""

from __future__ import annotations

import io
import json
import ssl
import struct
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import azure.mgmt.compute
from azure.core.exceptions import ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient

SIZE = 20 * 2**20
_LOCATION = "westeurope"


def main(state: Path, group: str) -> None:
    """Upload a disk, keep it as a snapshot, make an image of it, list, and delete everything."""
    trust = ssl.create_default_context(cafile=str(state / "tls" / "bundle.pem"))
    client = signed_in(state)
    seen: dict[str, Any] = {}

    upload = {"creationData": {"createOption": "Upload", "uploadSizeBytes": SIZE + 512}, "osType": "Linux", "hyperVGeneration": "V1"}
    disk = client.disks.begin_create_or_update(group, "disk", body(upload)).result()
    seen["disk created"] = [disk.name, disk.location, disk.provisioning_state, disk.disk_state, disk.hyper_v_generation, disk.sku.name]

    sas = client.disks.begin_grant_access(group, "disk", _json({"access": "Write", "durationInSeconds": 600})).result().access_sas
    seen["disk open for writing"] = client.disks.get(group, "disk").disk_state
    seen["first page and footer"] = [_put_page(trust, sas, 0, b"golden" + bytes(506)), _put_page(trust, sas, SIZE, _footer())]
    client.disks.begin_revoke_access(group, "disk").result()
    seen["page after the revoke"] = _put_page(trust, sas, 0, bytes(512))
    disk = client.disks.get(group, "disk")
    seen["disk uploaded"] = [disk.disk_state, disk.disk_size_gb, disk.disk_size_bytes, disk.os_type]

    copy = {"creationData": {"createOption": "Copy", "sourceResourceId": disk.id}, "incremental": False}
    snapshot = client.snapshots.begin_create_or_update(group, "snapshot", body(copy)).result()
    seen["snapshot"] = [snapshot.provisioning_state, snapshot.incremental, snapshot.disk_size_bytes, snapshot.creation_data.create_option]
    grant = client.snapshots.begin_grant_access(group, "snapshot", _json({"access": "Read", "durationInSeconds": 600})).result()
    seen["snapshot's first bytes"] = _read(trust, grant.access_sas)
    client.snapshots.begin_revoke_access(group, "snapshot").result()

    os_disk = {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": disk.id}}
    profile = {"storageProfile": {"osDisk": os_disk, "zoneResilient": False}, "hyperVGeneration": "V1"}
    image = client.images.begin_create_or_update(group, "image", body(profile, tags={"Made": "here"})).result()
    seen["image"] = [image.name, image.provisioning_state, image.hyper_v_generation, image.tags, image.storage_profile.os_disk.disk_size_gb]
    seen["lists"] = [
        sorted(each.name for each in listed)
        for listed in (
            client.disks.list_by_resource_group(group),
            client.snapshots.list_by_resource_group(group),
            client.images.list_by_resource_group(group),
        )
    ]

    client.images.begin_delete(group, "image").result()
    client.snapshots.begin_delete(group, "snapshot").result()
    client.disks.begin_delete(group, "disk").result()
    seen["gone"] = [
        _missing(client.images, group, "image"),
        _missing(client.snapshots, group, "snapshot"),
        _missing(client.disks, group, "disk"),
    ]
    print(json.dumps({"version": azure.mgmt.compute.__version__, "seen": seen}))


def signed_in(state: Path) -> Any:
    """A client of the lab in a state directory, with fast polling."""
    config, bundle = json.loads((state / "config.json").read_text()), str(state / "tls" / "bundle.pem")
    cloud = f"https://127.0.0.1:{config['arm_port']}"
    credential = ClientSecretCredential(
        config["tenant"],
        config["client_id"],
        config["client_secret"],
        authority=cloud,
        disable_instance_discovery=True,
        connection_verify=bundle,
    )
    return ComputeManagementClient(
        credential,
        config["subscription"],
        base_url=cloud,
        credential_scopes=[f"{cloud}/.default"],
        connection_verify=bundle,
        polling_interval=0.1,
    )


def body(properties: dict[str, Any], **more: Any) -> io.BytesIO:
    """The body of a resource in the one region of the scenarios."""
    return _json({"location": _LOCATION, "properties": properties, **more})


def _json(body: dict[str, Any]) -> io.BytesIO:
    return io.BytesIO(json.dumps(body).encode())


def _put_page(trust: ssl.SSLContext, sas: str, offset: int, page: bytes) -> int:
    """Put one page; the answer's status."""
    headers = {"x-ms-page-write": "update", "x-ms-range": f"bytes={offset}-{offset + len(page) - 1}", "x-ms-version": "2020-10-02"}
    request = urllib.request.Request(f"{sas}&comp=page", data=page, headers=headers, method="PUT")
    try:
        with urllib.request.urlopen(request, context=trust) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def _read(trust: ssl.SSLContext, sas: str) -> str:
    request = urllib.request.Request(sas, headers={"x-ms-range": "bytes=0-5", "x-ms-version": "2020-10-02"})
    with urllib.request.urlopen(request, context=trust) as response:
        found: bytes = response.read()
    return found.decode()


def _missing(operations: Any, group: str, name: str) -> str:
    """The error code where a resource is gone."""
    try:
        operations.get(group, name)
    except ResourceNotFoundError as error:
        return str(error.error.code if error.error else error.status_code)
    return "still there"


def _footer() -> bytes:
    """The footer of a fixed VHD of the disk's size."""
    geometry = struct.pack(">HBB", 602, 4, 17)
    head = struct.pack(
        ">8sIIQI4sI4sQQ", b"conectix", 2, 0x10000, 2**64 - 1, int(time.time()) - 946684800, b"test", 0x10000, b"Wi2k", SIZE, SIZE
    )
    body = head + geometry + struct.pack(">I", 2) + bytes(4) + bytes(range(16)) + bytes(428)
    checksum = ~sum(body) & 0xFFFFFFFF
    return body[:64] + struct.pack(">I", checksum) + body[68:]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
