# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights: wildcards, exclusions, and several assignments."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.rights import Permission, Rights

WRITE = "Microsoft.Compute/images/write"


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ((Permission(("*",)),), True),
        ((Permission(("*/write",)),), True),
        ((Permission(("Microsoft.Compute/*",)),), True),
        ((Permission(("microsoft.compute/IMAGES/Write",)),), True),
        ((Permission(("Microsoft.Compute/images",)),), False),
        ((Permission(("*/read",)),), False),
        ((Permission(("Microsoft.Compute/images/write.",)),), False),
        ((Permission(("MicrosoftxCompute/images/write",)),), False),
        ((Permission(("*",), ("Microsoft.Compute/*",)),), False),
        ((Permission(("*",), ("Microsoft.Compute/*",)), Permission((WRITE,))), True),
        ((), False),
    ],
)
def test_an_action_is_allowed_by_one_assignment_that_does_not_exclude_it(permissions, allowed):
    assert Rights(permissions).allow(WRITE) is allowed
