# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights of the lab's client: what they are, and what is refused without them."""

from __future__ import annotations

import pytest
from azlab.arm.tenant.rights import action_of

from tests.support.lab_group import LabGroup
from tests.support.refusals import refused

GROUP = "/subscriptions/s/resourceGroups/g"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/v"


@pytest.mark.parametrize(
    ("method", "path", "action", "scope"),
    [
        ("GET", GROUP, "Microsoft.Resources/subscriptions/resourceGroups/read", GROUP),
        ("GET", VM, "Microsoft.Compute/virtualMachines/read", VM),
        ("PATCH", VM, "Microsoft.Compute/virtualMachines/write", VM),
        ("DELETE", f"{VM}/", "Microsoft.Compute/virtualMachines/delete", f"{VM}/"),
        ("POST", f"{VM}/generalize", "Microsoft.Compute/virtualMachines/generalize/action", VM),
        ("GET", f"{GROUP}/providers/Microsoft.Compute/images", "Microsoft.Compute/images/read", GROUP),
        ("GET", f"{VM}/extensions", "Microsoft.Compute/virtualMachines/extensions/read", VM),
        ("GET", f"{VM}/providers/Microsoft.Authorization/permissions", "Microsoft.Authorization/permissions/read", VM),
    ],
)
def test_a_request_needs_an_action_at_a_scope(method: str, path: str, action: str, scope: str) -> None:
    assert action_of(method, path) == (action, scope)


def test_rights_are_shown_and_enforced_where_an_assignment_holds(lab_group: LabGroup) -> None:
    lab, disk = lab_group.lab, lab_group.disk()
    group = f"/subscriptions/{lab.settings.subscription}/resourceGroups/{lab_group.name}"
    reads, writes = ({"scope": group, "actions": ["*/read"]}, {"scope": disk.id, "actions": ["*"], "notActions": ["*/delete"]})
    permissions = "providers/Microsoft.Authorization/permissions"
    with lab.rights(reads, writes):
        shown = lab.arm("GET", f"{disk.id}/{permissions}", version="2022-04-01").json()["value"]
        assert [(each["actions"], each["notActions"]) for each in shown] == [(["*/read"], []), (["*"], ["*/delete"])]
        assert len(lab.arm("GET", f"{group}/{permissions}", version="2022-04-01").json()["value"]) == 1
        assert lab_group.compute.disks.get(lab_group.name, "disk").id == disk.id
        refused(
            lambda: lab_group.compute.disks.begin_delete(lab_group.name, "disk"),
            "AuthorizationFailed",
            "does not have authorization to perform action 'Microsoft.Compute/disks/delete' over scope",
            403,
        )
        refused(lambda: lab_group.disk("other"), "AuthorizationFailed", "'Microsoft.Compute/disks/write'", 403)
    assert lab.arm("GET", f"{group}/{permissions}", version="2022-04-01").json()["value"][0]["actions"] == ["*"]
    lab_group.disk("other")


def test_rights_hold_below_their_scope_only(lab_group: LabGroup) -> None:
    lab = lab_group.lab
    group = f"/subscriptions/{lab.settings.subscription}/resourceGroups/{lab_group.name}"
    with lab.rights({"scope": group[:-1], "actions": []}):
        lab_group.disk()
