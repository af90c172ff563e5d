"""The replicas of a version: which regions have one, how far each has come, and the wait for all of them."""

from __future__ import annotations

import time

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.disks.state import GIB
from azlab.arm.compute.gallery_versions import errors as version_errors
from azlab.arm.compute.gallery_versions.regions import region_names
from azlab.arm.compute.gallery_versions.state import Replica, VersionState, settle_version
from azlab.arm.core import resource_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting
from azlab.store import Resource

_SECONDS = 0.2
"""How long a replica takes, unless `replication_seconds` in faults.json says it for the region, or for `*`, all others."""
_MOST_GIB = 2048
_TOO_BIG = "The GalleryImageVersion source resource size {size} exceeds the max size 2048 supported."
_LEAST_WAIT = 0.02


def begin(lab: Lab, version: Resource) -> None:
    """Begin the replicas that a version lacks, and forget those in regions that are not targets any more. It must be stored afterwards.

    A replica that failed is begun again, unless `failed_region_stays` is on.
    """
    state = VersionState.of(version)
    targets = region_names(version.properties["publishingProfile"]["targetRegions"])
    kept = {name: each for name, each in state.replicas.items() if name in targets and not _is_retried(lab, each)}
    too_big = _too_big(version, state)
    state.replicas = {name: kept.get(name) or _new(lab, name, too_big) for name in targets}
    state.keep(version)


def _is_retried(lab: Lab, replica: Replica) -> bool:
    return replica.state == "Failed" and not lab.faults.on("failed_region_stays")


def _too_big(version: Resource, state: VersionState) -> str | None:
    """The reason for which no region takes a version. Shallow versions may be larger."""
    biggest = max((disk.size for disk in state.disks.values()), default=0)
    is_shallow = version.properties["publishingProfile"].get("replicationMode") == "Shallow"
    return None if is_shallow or biggest <= _MOST_GIB * GIB else _TOO_BIG.format(size=biggest // GIB)


def _new(lab: Lab, region: str, too_big: str | None) -> Replica:
    given = lab.faults.setting("replication_seconds") or {}
    seconds = given.get(region, given.get("*", _SECONDS))
    fails = region in (lab.faults.setting("failing_regions") or [])
    failure = too_big or ("Failed with internal server error." if fails else None)
    return Replica(time.time(), time.time() + float(seconds), failure)


def await_replicas(lab: Lab, id: str) -> None:
    """Wait until every replica of a version has ended, and settle the version. With `early_success`, settle it at once."""
    while not lab.faults.on("early_success") and (left := _left(_found(lab, id))) > 0:
        time.sleep(max(_LEAST_WAIT, min(left, 0.1)))
    with lab.store.lock:
        version = _found(lab, id)
        settle_version(version)
        lab.store.put(version)
    if not VersionState.of(version).disks:
        raise compute_errors.SOURCE_FAILED(source=id, state=version.properties["provisioningState"])
    failed = {name: each.failure for name, each in VersionState.of(version).replicas.items() if each.state == "Failed"}
    if failed:
        details = ",".join(f"{{region:{name}, detail:{failure}}}" for name, failure in failed.items())
        raise version_errors.REPLICATION_FAILED(details=details)


def is_being_made(lab: Lab, id: str) -> bool:
    """Whether the creation of a version has been accepted, and its disks have not been copied yet."""
    version = _found(lab, id)
    return version.properties["provisioningState"] == "Creating" and not VersionState.of(version).disks


def _left(version: Resource) -> float:
    """The seconds until the last replica of a version has ended."""
    return max((each.ends - time.time() for each in VersionState.of(version).replicas.values()), default=0.0)


def _found(lab: Lab, id: str) -> Resource:
    """The version that an operation works on. The operation fails if the version is deleted in the meantime."""
    version = lab.store.find(id)
    if version is None or is_deleting(version):
        raise resource_errors.BUSY()
    return version


def status(version: Resource) -> Json:
    """The replicationStatus of a version."""
    state = VersionState.of(version)
    targets = region_names(version.properties["publishingProfile"]["targetRegions"])
    summary = [_row(name, state.replicas.get(name)) for name in targets]
    return {"aggregatedState": _aggregated({str(row["state"]) for row in summary}), "summary": summary}


def _row(region: str, replica: Replica | None) -> Json:
    if replica is None:
        return {"region": region, "state": "Unknown", "progress": 0}
    row: Json = {"region": region, "state": replica.state, "progress": replica.progress}
    if replica.state == "Failed":
        row["details"] = f"Replication failed in this region due to '{replica.failure}'"
    return row


def _aggregated(states: set[str]) -> str:
    """The state of all replicas together."""
    if states == {"Unknown"}:
        return "Unknown"
    if states & {"Replicating", "Unknown"}:
        return "InProgress"
    return "Failed" if "Failed" in states else "Completed"
