"""The JSON types of a request's body: ARM refuses a value of the wrong type before any resource provider sees the request."""

from __future__ import annotations

from typing import Any

from azlab.arm.core.refusals import AzureError
from azlab.arm.http import body_errors

_OBJECTS = {
    *("properties", "tags", "creationData", "storageProfile", "osDisk", "managedDisk", "snapshot", "imageReference"),
    *("sourceVirtualMachine", "hardwareProfile", "osProfile", "linuxConfiguration", "ssh", "networkProfile", "subnet"),
    *("sharingProfile", "communityGalleryInfo", "softDeletePolicy", "identifier", "recommended", "vCPUs", "memory", "disallowed"),
    "purchasePlan",
    *("publishingProfile", "safetyProfile", "osDiskImage", "source", "uefiSettings", "galleryImageReference"),
    *("addressSpace", "diagnosticsProfile", "bootDiagnostics", "securityProfile", "diffDiskSettings"),
}
_LISTS = {
    *("dataDisks", "networkInterfaces", "networkInterfaceConfigurations", "ipConfigurations", "publicKeys", "subnets"),
    *("features", "groups"),
    *("targetRegions", "dataDiskImages"),
}
_NUMBERS = {"lun", "uploadSizeBytes", "diskSizeGB", "min", "max"}


def check_shape(body: Any, path: str = "") -> None:
    """Refuse a body with a value of the wrong JSON type. `path` is the place of `body` in the request."""
    if isinstance(body, dict):
        for key, value in body.items():
            _check(key, value, f"{path}.{key}" if path else key)
    elif isinstance(body, list):
        for number, item in enumerate(body):
            check_shape(item, f"{path}[{number}]")


def _check(key: str, value: Any, path: str) -> None:
    if value is None:
        return
    if (key in _OBJECTS or path == "sku") and not isinstance(value, dict):
        raise _wrong(path, "an object")
    if key in _LISTS and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        raise _wrong(path, "a list of objects")
    if key == "addressPrefixes" and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
        raise _wrong(path, "a list of strings")
    if key in _NUMBERS and (not isinstance(value, int) or isinstance(value, bool)):
        raise _wrong(path, "a number")
    if key == "id" and not isinstance(value, str):
        raise _wrong(path, "a string")
    if key != "tags":
        check_shape(value, path)


def _wrong(path: str, expected: str) -> AzureError:
    return body_errors.BAD_JSON(detail=f"Error converting the value at path '{path}': {expected} is expected")
