# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in snake case."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.snake_case import snake_case, snake_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hyperVGeneration", "hyper_v_generation"),
        ("sizeInGB", "size_in_gb"),
        ("vCPUs", "v_cpus"),
        ("osDiskImage", "os_disk_image"),
        ("confidentialVMEncryptionType", "confidential_vm_encryption_type"),
        ("diskEncryptionSetId", "disk_encryption_set_id"),
        ("publisherUri", "publisher_uri"),
        ("lun", "lun"),
        ("provisioningState", "provisioning_state"),
    ],
)
def test_a_name_of_azure_in_snake_case(name, expected):
    assert snake_name(name) == expected


def test_keys_change_at_any_depth_and_values_do_not():
    assert snake_case({"aB": [{"cD": "eF"}], "g": None}) == {"a_b": [{"c_d": "eF"}], "g": None}
