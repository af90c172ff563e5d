"""The system on the OS disk of a VM that is made, and the disks of its image."""

from __future__ import annotations

from dataclasses import dataclass, field

from azlab.arm.compute.disks.builder import Content
from azlab.arm.compute.disks.state import GIB
from azlab.arm.compute.machines.disk_requests import ImageDisk
from azlab.arm.compute.marketplace.tables import Plan
from azlab.arm.core.json import Json


@dataclass(frozen=True)
class System:
    """The system on the OS disk, as the image or the attached disk describes it, and the image's disks."""

    os_type: str
    generation: str
    specialized: bool = False
    reference: Json = field(default_factory=dict)
    """imageReference as the VM shows it."""
    disks: dict[str, ImageDisk] = field(default_factory=dict)
    """The image's disks by `os` or LUN."""
    plan: Plan | None = None
    """The plan under which the image is bought, or the one that an image of one's own was made from."""


def offered_disks(image: Json, creation: Json) -> dict[str, ImageDisk]:
    """The empty disks of an image of Azure's catalog or of a gallery that `outside.json` describes, by `os` or LUN."""
    data = {str(disk["lun"]): ImageDisk(Content(disk["diskSizeGB"] * GIB), creation) for disk in image.get("dataDisks", [])}
    return {"os": ImageDisk(Content(image.get("diskSizeBytes", image["diskSizeGB"] * GIB)), creation), **data}
