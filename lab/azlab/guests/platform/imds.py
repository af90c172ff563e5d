"""The documents of the instance metadata service (IMDS), from which a guest reads facts about itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from azlab.guests.spec import GuestSpec

API_VERSIONS = (
    "2017-04-02", "2017-08-01", "2017-12-01", "2018-02-01", "2018-04-02", "2018-10-01", "2019-02-01", "2019-03-11", "2019-04-30",
    "2019-06-01", "2019-06-04", "2019-08-01", "2019-08-15", "2019-11-01", "2020-06-01", "2020-07-15", "2020-09-01", "2020-10-01",
    "2020-12-01", "2021-01-01", "2021-02-01", "2021-03-01", "2021-05-01", "2021-10-01", "2021-11-01", "2021-11-15", "2021-12-13",
    "2023-07-01", "2023-11-15", "2024-03-15", "2024-07-17", "2025-04-07",
)  # fmt: skip
# Not listed by /metadata/versions but answered: cloud-init asks for it.
_HIDDEN = ("2021-08-01",)

# The api-version that introduced a compute field; fields not named here exist in every version.
_SINCE = {
    "tags": "2017-08-01",
    "placementGroupId": "2017-08-01",
    "resourceGroupName": "2017-08-01",
    "subscriptionId": "2017-08-01",
    "vmScaleSetName": "2017-12-01",
    "zone": "2017-12-01",
    "plan": "2018-04-02",
    "publicKeys": "2018-04-02",
    "azEnvironment": "2018-10-01",
    "provider": "2018-10-01",
    "customData": "2019-02-01",
    "resourceId": "2019-03-11",
    "storageProfile": "2019-06-01",
    "tagsList": "2019-06-04",
    "isHostCompatibilityLayerVm": "2020-06-01",
    "securityProfile": "2020-06-01",
    "osProfile": "2020-07-15",
    "licenseType": "2020-09-01",
    "evictionPolicy": "2020-12-01",
    "priority": "2020-12-01",
    "userData": "2021-01-01",
    "extendedLocation": "2021-03-01",
    "virtualMachineScaleSet": "2021-03-01",
    "platformSubFaultDomain": "2021-10-01",
    "host": "2021-11-15",
    "hostGroup": "2021-11-15",
}


def instance(spec: GuestSpec, version: str = API_VERSIONS[-1]) -> dict[str, Any]:
    """The complete instance document in an api-version. Versions are dates whose text sorts by age."""
    compute = {name: value for name, value in _compute(spec).items() if _SINCE.get(name, "") <= version}
    return {"compute": compute, "network": _network(spec)}


def answer(path: str, headers: Mapping[str, str], spec: GuestSpec) -> tuple[int, str]:
    """Status and JSON text for one GET, with Azure's own error texts."""
    url = urlsplit(path)
    query = {name.lower(): values[0] for name, values in parse_qs(url.query).items()}
    if headers.get("Metadata", "").lower() != "true":
        return 400, _error("Bad request. Required metadata header not specified")
    if url.path.rstrip("/") == "/metadata/versions":
        return 200, json.dumps({"apiVersions": API_VERSIONS})
    version = query.get("api-version")
    if version is None or version not in API_VERSIONS + _HIDDEN:
        reason = "api-version was not specified in the request" if version is None else "api-version is invalid or was not specified"
        return 400, json.dumps({"error": f"Bad request. {reason}", "newest-versions": API_VERSIONS[:-4:-1]})
    if not url.path.startswith("/metadata/instance"):
        return 404, _error("Not found")
    try:
        found = _value_at(instance(spec, version), url.path.removeprefix("/metadata/instance"))
    except LookupError:
        return 404, _error("Not found")
    if query.get("format", "json") == "text" and isinstance(found, str):
        return 200, found
    return 200, json.dumps(found)


def _value_at(document: Any, path: str) -> Any:
    """The part of a document that a path of names and list indexes leads to. Raises LookupError if there is none."""
    for part in filter(None, path.split("/")):
        if isinstance(document, list) and part.isdigit():
            document = document[int(part)]
        elif isinstance(document, dict):
            document = document[part]
        else:
            raise LookupError(part)
    return document


def _compute(spec: GuestSpec) -> dict[str, Any]:
    profile = spec.os_profile or {}
    keys = [key.strip() for key in profile.get("sshKeys") or ()]
    return {
        "azEnvironment": "AzurePublicCloud",
        "customData": "",
        "evictionPolicy": "",
        "extendedLocation": {"name": "", "type": ""},
        "host": {"id": ""},
        "hostGroup": {"id": ""},
        "isHostCompatibilityLayerVm": "false",
        "licenseType": "",
        "location": spec.location,
        "name": spec.name,
        "offer": "",
        "osProfile": {
            "adminUsername": spec.admin,
            "computerName": profile.get("computerName", ""),
            "disablePasswordAuthentication": str(bool(profile.get("disablePasswordAuthentication"))).lower() if profile else "",
        },
        "osType": "Linux",
        "placementGroupId": "",
        "plan": {"name": "", "product": "", "publisher": ""},
        "platformFaultDomain": "0",
        "platformSubFaultDomain": "",
        "platformUpdateDomain": "0",
        "priority": "Regular",
        "provider": "Microsoft.Compute",
        "publicKeys": [{"keyData": key, "path": f"/home/{spec.admin}/.ssh/authorized_keys"} for key in keys],
        "publisher": "",
        "resourceGroupName": spec.resource_group,
        "resourceId": spec.resource_id,
        "securityProfile": {"encryptionAtHost": "false", "secureBootEnabled": "false", "securityType": "", "virtualTpmEnabled": "false"},
        "sku": "",
        "storageProfile": _storage(spec),
        "subscriptionId": spec.resource_id.split("/")[2] if spec.resource_id.startswith("/subscriptions/") else "",
        "tags": ";".join(f"{name}:{value}" for name, value in spec.tags.items()),
        "tagsList": [{"name": name, "value": value} for name, value in spec.tags.items()],
        "userData": "",
        "version": "",
        "virtualMachineScaleSet": {"id": ""},
        "vmId": spec.vm_id,
        "vmScaleSetName": "",
        "vmSize": spec.size,
        "zone": "",
    }


def _storage(spec: GuestSpec) -> dict[str, Any]:
    return {
        "dataDisks": [_disk(key, lun=str(lun), isSharedDisk="false", isUltraDisk="false") for lun, key in spec.data_disks],
        "imageReference": {
            "communityGalleryImageId": "",
            "exactVersion": "",
            "id": "",
            "offer": "",
            "publisher": "",
            "sharedGalleryImageId": "",
            "sku": "",
            "version": "",
        },
        "osDisk": _disk(spec.os_disk, osType="Linux", diffDiskSettings={"option": ""}, encryptionSettings={"enabled": "false"}),
        "resourceDisk": {"size": "0"},
    }


def _disk(name: str, **more: Any) -> dict[str, Any]:
    return {
        "caching": "None",
        "createOption": "Attach",
        "diskSizeGB": "",
        "image": {"uri": ""},
        "managedDisk": {"id": "", "storageAccountType": "Standard_LRS"},
        "name": name,
        "vhd": {"uri": ""},
        "writeAcceleratorEnabled": "false",
        **more,
    }


def _network(spec: GuestSpec) -> dict[str, Any]:
    return {
        "interface": [
            {
                "ipv4": {
                    "ipAddress": [{"privateIpAddress": spec.private_ip, "publicIpAddress": ""}],
                    "subnet": [{"address": str(spec.network.network_address), "prefix": str(spec.network.prefixlen)}],
                },
                "ipv6": {"ipAddress": []},
                "macAddress": spec.mac.replace(":", "").replace("-", "").upper(),
            }
        ]
    }


def _error(text: str) -> str:
    return json.dumps({"error": text})
