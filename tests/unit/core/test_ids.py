# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource ids and regions are read and compared as Azure does."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import SUBNET, VM, ResourceId, region

TEXT = "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/Web1"
WEB1 = ResourceId.of(VM, "RG", "Web1", subscription="s")


def test_an_id_is_read_and_written_with_its_spelling():
    assert ResourceId.parse(TEXT) == WEB1
    assert str(WEB1) == TEXT
    subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/u"
    assert ResourceId.parse(subnet) == ResourceId.of(SUBNET, "g", "n", "u", subscription="s")
    assert str(ResourceId.parse(subnet)) == subnet


def test_ids_compare_without_case():
    assert ResourceId.parse(TEXT.upper()) == WEB1
    assert len({ResourceId.parse(TEXT.lower()), WEB1}) == 1
    assert ResourceId.of(VM, "RG", "Web2", subscription="s") != WEB1
    assert TEXT != WEB1


@pytest.mark.parametrize("text", ["", "/", "web1", "/subscriptions/s/resourceGroups/g", TEXT + "/extensions", "/x/s/y/g/z/n/t/m"])
def test_an_invalid_id_is_refused(text):
    with pytest.raises(InvalidRequest, match="not a resource id"):
        ResourceId.parse(text)


def test_regions_compare_by_their_short_name():
    assert region("West Europe") == region("westeurope") == "westeurope"
