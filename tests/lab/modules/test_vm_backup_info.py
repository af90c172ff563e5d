# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_backup_info against the lab: no backup gives an empty list, and reading writes nothing."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import vm_backup_info


@pytest.mark.parametrize("narrow", [{}, {"vm": "nothing"}, {"name": "nothing"}], ids=["group", "vm", "name"])
def test_no_backup_gives_an_empty_list(tasks, group, narrow):
    with tasks.writes() as writes:
        assert tasks(vm_backup_info, resource_group=group, **narrow)["backups"] == []
        assert tasks(vm_backup_info, check=True, resource_group=group, **narrow)["changed"] is False
    assert writes == []


def test_a_missing_group_gives_an_empty_list_with_a_warning(tasks):
    assert tasks(vm_backup_info, resource_group="nowhere")["backups"] == []
    assert "resource group nowhere was not found in subscription" in tasks.warnings[0]


def test_invalid_input_is_refused(tasks):
    assert "vm: the dictionary has no name" in tasks.fails(vm_backup_info, vm={"resource_group": "x"})["msg"]
