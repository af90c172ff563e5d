# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The subscription of the tests, and ids of resources in it."""

from __future__ import annotations

from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import ResourceId

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
ELSEWHERE = "99999999-8888-7777-6666-555555555555"
"""Another subscription."""
NIC = "Microsoft.Network/networkInterfaces"
"""The kind of a network interface, of which the collection makes no ids."""


def an_id(kind: str, group: str, name: str) -> ResourceId:
    """The id of a resource in the subscription of the tests."""
    return ResourceId.of(kind, group, name, subscription=SUBSCRIPTION)
