"""Management locks of the lab."""

from __future__ import annotations

import pytest

from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab


@pytest.mark.parametrize(("level", "put"), [("CanNotDelete", 202), ("ReadOnly", 409)])
@pytest.mark.parametrize("on", ["group", "disk"])
def test_a_lock_forbids_what_azure_documents(lab: RunningLab, lab_group: LabGroup, level: str, put: int, on: str) -> None:
    disk = lab_group.disk("d")
    scope = disk.id if on == "disk" else disk.id.partition("/providers/")[0]
    lock = f"{scope}/providers/Microsoft.Authorization/locks/keep"
    assert lab.arm("PUT", lock, {"properties": {"level": level}}, "2020-05-01").status_code == 201
    refused = lab.arm("DELETE", disk.id)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ScopeLocked")
    assert f"are locked: '{scope}'" in refused.json()["error"]["message"]
    assert lab.arm("DELETE", disk.id.partition("/providers/")[0], version="2021-04-01").status_code == 409
    assert lab.arm("PATCH", disk.id, {"tags": {"a": "b"}}).status_code == put
    below = f"/subscriptions/{lab.settings.subscription}/resourceGroups/{lab_group.name}"
    for place in (below, disk.id if on == "disk" else below):
        shown = lab.arm("GET", f"{place}/providers/Microsoft.Authorization/locks", version="2020-05-01").json()["value"]
        assert [(each["name"], each["properties"]["level"]) for each in shown] == [("keep", level)]
    assert lab.arm("DELETE", lock, version="2020-05-01").status_code == 200
    assert lab.arm("DELETE", disk.id).status_code == 202
