"""Facts about a managed image that only the lab knows."""

from __future__ import annotations

from dataclasses import dataclass, field

from azlab.arm.core.json import Json
from azlab.arm.core.provisioning import settle
from azlab.arm.core.state import State
from azlab.store import Resource


@dataclass
class ImageBlob:
    """The bytes of one disk of an image: a page blob and its size in bytes."""

    key: str
    size: int


@dataclass
class ImageState(State):
    """Facts about a managed image that only the lab keeps."""

    making: list[str] = field(default_factory=list)
    """The page blobs of an image that is being made. If that fails, they are removed with the image or by the next attempt."""
    disks: dict[str, ImageBlob] = field(default_factory=dict)
    """`os` or a LUN -> the bytes of that disk. An image without any is not completed."""

    plan: Json | None = None
    """The purchase plan of the VM or disk that the image was made from. Azure knows it, and does not show it."""

    def __post_init__(self) -> None:
        self.disks = {lun: each if isinstance(each, ImageBlob) else ImageBlob(**each) for lun, each in self.disks.items()}


def is_complete(image: Resource) -> bool:
    """Whether the image was completed once."""
    return bool(ImageState.of(image).disks)


def settle_image(image: Resource) -> None:
    """Give the image its provisioning state after an operation on it has ended."""
    settle(image, complete=is_complete(image))
