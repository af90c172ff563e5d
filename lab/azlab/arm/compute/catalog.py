"""Platform images, galleries, and blobs in the user's storage accounts: none exist in the lab. `<state>/outside.json` describes them.

    {"platformImages": [{"publisher", "offer", "sku", "version", "osType", "diskSizeGB", "hyperVGeneration", "features": [],
                         "diskSizeBytes": N (optional), "plan": true (optional), "dataDisks": [{"lun": 0, "diskSizeGB": 1}]}],
     "galleryImages": {"/subscriptions/.../galleries/g/images/i": {"osType", "osState", "diskSizeGB", "hyperVGeneration", "features": [],
                       "versions": {"1.0.0": {"dataDisks": [...], "excludeFromLatest": false}}}},
     "blobs": {"https://.../disk.vhd": {"diskSizeGB": 30 | "bytes": N, "blobType": "PageBlob", "vhd": true, "vhdType": "Fixed"}}}

`catalogues` gives regions catalogues of their own, see `marketplace/recorded.py`.
Without the file there are none, and every request for one is refused as Azure refuses it. Disks made from them are empty: they serve
replays of recorded traffic, which never boot a guest.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from azlab.arm.compute import blob_errors
from azlab.arm.compute.disks.state import GIB, MIB
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab


def _outside(lab: Lab) -> Json:
    path = lab.settings.state / "outside.json"
    found: Json = json.loads(path.read_text()) if path.exists() else {}
    return found


def outside_images(lab: Lab) -> list[Json]:
    """The platform images: each entry is one version."""
    return list(_outside(lab).get("platformImages", []))


def outside_catalogue(lab: Lab, location: str) -> Json | None:
    """The catalogue of a region that has one of its own."""
    found: Json | None = _outside(lab).get("catalogues", {}).get(location)
    return found


def gallery_definition(lab: Lab, path: str) -> Json | None:
    """The image definition with an id, or with the path of a shared or community gallery."""
    known = _outside(lab).get("galleryImages", {})
    return next((dict(found) for id, found in known.items() if id.lower() == path.lower()), None)


def gallery_image(lab: Lab, id: str) -> Json | None:
    """The gallery image that a reference names, with its data disks; without a version, the latest one that is not excluded."""
    path, _, version = id.partition("/versions/") if "/versions/" in id else id.partition("/Versions/")
    definition = gallery_definition(lab, path)
    if definition is None:
        return None
    versions = definition["versions"]
    offered = [name for name, facts in versions.items() if not facts.get("excludeFromLatest")]
    chosen = version or max(offered, key=lambda name: [int(part) for part in name.split(".")], default="")
    return {**definition, **versions[chosen], "version": chosen} if chosen in versions else None


def blob_size(lab: Lab, uri: str) -> int | None:
    """The number of disk bytes in a blob, or None if there is no such blob. A blob that is not a fixed VHD is refused."""
    if not urlsplit(uri).path.lower().endswith(".vhd"):
        raise blob_errors.BAD_BLOB_NAME(uri=uri, target="blobUri")
    for known, facts in _outside(lab).get("blobs", {}).items():
        if known.lower() == uri.lower():
            return _checked_size(uri, facts)
    return None


def _checked_size(uri: str, facts: Json) -> int:
    kind = facts.get("blobType", "PageBlob")
    if kind != "PageBlob":
        raise blob_errors.BAD_BLOB_TYPE(uri=uri, kind=kind)
    if not facts.get("vhd", True):
        raise blob_errors.NO_VHD()
    kind = facts.get("vhdType", "Fixed")
    if kind != "Fixed":
        raise blob_errors.DYNAMIC_VHD(disk=uri.rpartition("/")[2], uri=uri, kind=kind)
    size = int(facts["bytes"] if "bytes" in facts else facts["diskSizeGB"] * GIB)
    if size % MIB:
        raise blob_errors.VHD_SIZE(uri=uri, size=size)
    return size
