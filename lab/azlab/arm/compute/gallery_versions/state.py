"""Facts about a version of a gallery image that only the lab knows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from azlab.arm.core.provisioning import settle
from azlab.arm.core.state import State
from azlab.store import Resource


@dataclass
class VersionBlob:
    """The bytes of one disk of a version: a page blob, or None for zeros; its size in bytes; the caching of disks that are made from it."""

    key: str | None
    size: int
    caching: str | None = None
    guest_system: bool = False
    """Whether the lab's guest system stands for the bytes, if there is no blob."""


@dataclass
class Replica:
    """The replica of a version in one region: a record only. Times are in seconds since 1970."""

    began: float
    ends: float
    failure: str | None = None
    """Why the replication fails when it ends."""

    @property
    def state(self) -> str:
        """Replicating, Completed or Failed."""
        if time.time() < self.ends:
            return "Replicating"
        return "Failed" if self.failure else "Completed"

    @property
    def progress(self) -> int:
        """How much of the replica has been made, in percent."""
        if time.time() >= self.ends:
            return 0 if self.failure else 100
        return int(100 * (time.time() - self.began) / (self.ends - self.began))


@dataclass
class VersionState(State):
    """Facts about a version that only the lab keeps."""

    making: list[str] = field(default_factory=list)
    """The page blobs of a version that is being made. If that fails, they are removed with the version or by the next attempt."""
    disks: dict[str, VersionBlob] = field(default_factory=dict)
    """`os` or a LUN -> the bytes of that disk. A version without any was never made."""
    replicas: dict[str, Replica] = field(default_factory=dict)
    """Region -> its replica. A target region that is not in it waits until the version's disks are copied."""
    source: str | None = None
    """The id of the source that the version is being made from, in lower case; None as soon as it is made."""
    soft_deleted_until: str | None = None
    """The time until which a soft-deleted version of others can be used; None if it is not soft-deleted."""

    def __post_init__(self) -> None:
        self.disks = {lun: each if isinstance(each, VersionBlob) else VersionBlob(**each) for lun, each in self.disks.items()}
        self.replicas = {name: each if isinstance(each, Replica) else Replica(**each) for name, each in self.replicas.items()}


def settle_version(version: Resource) -> None:
    """Give the version its provisioning state after an operation on it has ended: Failed if it has no disks or a region failed."""
    state = VersionState.of(version)
    failed = any(each.state == "Failed" for each in state.replicas.values())
    settle(version, complete=bool(state.disks) and not failed)
