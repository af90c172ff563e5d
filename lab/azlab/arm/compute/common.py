"""Names and checks that the resource types of Microsoft.Compute share."""

from __future__ import annotations

import re

from azlab.arm.compute import errors as compute_errors
from azlab.arm.core.ids import COMPUTE, normal_id
from azlab.arm.core.lab import Lab
from azlab.store import Resource

VERSIONS = ("2026-04-01", "2026-03-02", "2025-04-01", "2024-11-01", "2024-07-01", "2024-03-02", "2023-04-02", "2022-11-01", "2020-12-01")
"""The api-versions that Microsoft.Compute reports for its types, the newest first."""
GALLERY = f"{COMPUTE}/galleries"
GALLERY_IMAGE = f"{GALLERY}/images"
GALLERY_IMAGE_VERSION = f"{GALLERY_IMAGE}/versions"
DISK, SNAPSHOT, IMAGE, VM = f"{COMPUTE}/disks", f"{COMPUTE}/snapshots", f"{COMPUTE}/images", f"{COMPUTE}/virtualMachines"

_NAME = re.compile(r"^[^_\W][\w\-._]{0,79}(?<![-.])$")


def check_name(name: str) -> None:
    """Refuse a name that breaks the rule of Microsoft.Compute."""
    if not _NAME.match(name):
        raise compute_errors.BAD_NAME(name=name)


def get_source(lab: Lab, id: str, *types: str) -> Resource:
    """The resource that another one refers to. It must exist and be of one of the types."""
    found = lab.store.find(normal_id(id))
    if found is None or found.type.lower() not in {type.lower() for type in types}:
        parts = normal_id(id).split("/")
        group = parts[4] if len(parts) > 4 else ""
        raise compute_errors.NO_SOURCE(type=types[0], name=parts[-1], group=group)
    return found
