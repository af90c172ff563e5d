# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening a disk or snapshot for reading: what is refused before access is asked for, and that access always ends."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, GoldenImageError, InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, SNAPSHOT

from tests.support.canned import ARM, CannedAzure, answer, error
from tests.support.ids import SUBSCRIPTION, an_id
from tests.support.page_blob import SECRET, SIZE, Blob, everything_shown, serving

D, S = an_id(DISK, "g", "d"), an_id(SNAPSHOT, "g", "s")
OPERATION = f"{ARM}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/DiskOperations/1"
VM = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web1"


def shown(resource: Any = D, state: str = "Reserved", **properties: Any) -> Any:
    values = {"provisioningState": "Succeeded", "diskState": state, **properties}
    return answer(200, {"id": str(resource), "location": "westeurope", "managedBy": VM, "properties": values})


def operation(result: Any = None) -> list[Any]:
    begun = answer(202, Azure_AsyncOperation=OPERATION, Location=f"{OPERATION}?monitor=true")
    return [begun, answer(200, {"status": "Succeeded"}), answer(200, result)]


def actions(canned: CannedAzure) -> list[str]:
    """The requests that are not reads."""
    return [sent.path.rpartition("/")[2] for sent in canned.sent if sent.method != "GET"]


def test_a_disk_is_read_and_access_ends() -> None:
    with serving(Blob()) as blob:
        canned = CannedAzure(shown(), *operation({"accessSAS": blob.url}), *operation(), seconds=100.5)
        with canned.azure.disks.opened(D) as disk:
            assert disk.size == SIZE
            assert actions(canned) == ["beginGetAccess"]
    assert actions(canned) == ["beginGetAccess", "endGetAccess"]
    assert canned.sent[1].body == {"access": "Read", "durationInSeconds": 221}


def test_a_snapshot_is_read_in_the_same_way() -> None:
    with serving(Blob()) as blob:
        canned = CannedAzure(shown(S, completionPercent=100.0), *operation({"accessSAS": blob.url}), *operation())
        with canned.azure.snapshots.opened(S) as disk:
            assert disk.read(0, 8) == bytes(8)
    assert canned.sent[1].path.endswith("/snapshots/s/beginGetAccess")
    assert actions(canned)[-1] == "endGetAccess"


@pytest.mark.parametrize(
    "raised", [GoldenImageError("x"), KeyboardInterrupt(), ZeroDivisionError()], ids=lambda error: type(error).__name__
)
def test_access_ends_after_a_failure_too_even_after_the_deadline(raised: BaseException) -> None:
    canned = CannedAzure(shown(), *operation({"accessSAS": f"https://disk?sig={SECRET}"}), *operation())
    with pytest.raises(type(raised)) as failure, canned.azure.disks.opened(D):
        canned.clock.now = 10_000
        raise raised
    assert actions(canned) == ["beginGetAccess", "endGetAccess"]
    assert SECRET not in everything_shown(failure.value)


def test_a_failure_that_a_reader_takes_for_damage_is_raised_after_all() -> None:
    with serving(Blob(faults=[(0, (403, "AuthorizationFailure", {}))])) as blob:
        canned = CannedAzure(shown(), *operation({"accessSAS": blob.url}), *operation())
        with pytest.raises(Denied, match="does not let this machine in"), canned.azure.disks.opened(D) as disk:
            for place in (0, 512):
                with contextlib.suppress(GoldenImageError):
                    disk.read(place, 512)
        assert len(blob.requests) == 1
    assert actions(canned) == ["beginGetAccess", "endGetAccess"]


def test_a_failed_end_of_access_hides_no_other_failure() -> None:
    sas = {"accessSAS": f"https://disk?sig={SECRET}"}
    canned = CannedAzure(shown(), *operation(sas), error(409, "OperationNotAllowed", "busy"))
    with pytest.raises(ZeroDivisionError), canned.azure.disks.opened(D):
        raise ZeroDivisionError
    alone = CannedAzure(shown(), *operation(sas), error(409, "OperationNotAllowed", "busy"))
    with pytest.raises(GoldenImageError, match="could not end the access to disk d"), alone.azure.disks.opened(D):
        pass


REFUSED = [
    ({"networkAccessPolicy": "DenyAll"}, "its networkAccessPolicy is DenyAll: set it to AllowAll"),
    ({"publicNetworkAccess": "Disabled", "networkAccessPolicy": "AllowAll"}, "its publicNetworkAccess is Disabled"),
    ({"dataAccessAuthMode": "AzureActiveDirectory"}, "its dataAccessAuthMode is AzureActiveDirectory"),
]


@pytest.mark.parametrize(("properties", "text"), REFUSED)
@pytest.mark.parametrize("resource", [D, S], ids=["disk", "snapshot"])
def test_what_protects_the_bytes_is_named_before_access_is_asked_for(resource: Any, properties: dict[str, str], text: str) -> None:
    canned = CannedAzure(shown(resource, **properties))
    room = canned.azure.disks if resource == D else canned.azure.snapshots
    with pytest.raises(InvalidRequest, match=f"(disk d|snapshot s) cannot be read: {text}"), room.opened(resource):
        pass
    assert actions(canned) == []


@pytest.mark.parametrize(("answered", "text"), [
    (shown(state="Attached"), "disk d cannot be read: it is attached to VM web1, which is not deallocated: deallocate the VM"),
    (shown(state="ActiveUpload"), "disk d cannot be read: its upload is not finished"),
    (shown(S, completionPercent=40.0), "snapshot s cannot be read: Azure has copied 40 % of it"),
    (shown(S, provisioningState="Failed"), "snapshot s cannot be read: its provisioning state is Failed"),
])  # fmt: skip
def test_a_disk_in_use_and_an_incomplete_snapshot_are_refused(answered: Any, text: str) -> None:
    canned = CannedAzure(answered)
    opened = canned.azure.snapshots.opened(S) if "snapshot" in text else canned.azure.disks.opened(D)
    with pytest.raises(InvalidRequest, match=text), opened:
        pass


@pytest.mark.parametrize(
    "policy", [{"networkAccessPolicy": "AllowPrivate"}, {"networkAccessPolicy": "AllowPrivate", "publicNetworkAccess": "Disabled"}]
)
def test_a_private_endpoint_may_let_this_machine_in(policy: dict[str, str]) -> None:
    canned = CannedAzure(shown(**policy), *operation({"accessSAS": "https://disk?sig=1"}), *operation())
    with canned.azure.disks.opened(D):
        assert actions(canned) == ["beginGetAccess"]


def test_a_missing_right_is_named_by_azure() -> None:
    missing = "does not have authorization to perform action 'Microsoft.Compute/disks/beginGetAccess/action'"
    canned = CannedAzure(shown(), error(403, "AuthorizationFailed", missing))
    with pytest.raises(Denied, match=f"could not get read access to disk d: .AuthorizationFailed. {missing}"), canned.azure.disks.opened(D):
        pass
