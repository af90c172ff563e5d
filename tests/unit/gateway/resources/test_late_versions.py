# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VM from a version that its region does not know yet is requested again, until the region knows it or the time is over."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import VM

from tests.support.canned import ARM, CannedAzure, answer, error
from tests.support.ids import SUBSCRIPTION, an_id

V = an_id(VM, "g", "v")
VM_JSON = {"id": str(V), "location": "westeurope", "properties": {"vmId": "ABC", "storageProfile": {"osDisk": {"name": "o"}}}}
OPERATION = f"{ARM}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/operations/1"
LATE = "The gallery image is not available in westeurope region."


def test_a_vm_is_created_again_while_its_region_does_not_know_the_new_version():
    made = answer(201, VM_JSON, Azure_AsyncOperation=OPERATION), answer(200, {"status": "Succeeded"}), answer(200, VM_JSON)
    canned = CannedAzure(*[error(404, "GalleryImageNotFound", LATE) for _try in range(2)], *made)
    assert canned.azure.machines.create(V, {"location": "westeurope"}).id == V
    assert [sent.method for sent in canned.sent] == ["PUT", "PUT", "PUT", "GET", "GET"]
    assert canned.clock.slept[:2] == [30.0, 30.0]


@pytest.mark.parametrize(("seconds", "code", "tries", "hint"), [
    (20, "GalleryImageNotFound", 1, True), (70, "GalleryImageNotFound", 3, True), (9000, "GalleryImageNotFound", 31, True),
    (9000, "ImageNotFound", 1, False),
])  # fmt: skip
def test_a_version_that_its_region_never_knows_is_reported(seconds, code, tries, hint):
    canned = CannedAzure(*[error(404, code, LATE) for _try in range(tries)], seconds=seconds)
    with pytest.raises(Refused, match=f"could not create VM v: .{code}. The gallery image is not available") as refused:
        canned.azure.machines.create(V, {"location": "westeurope"})
    assert ("A region knows a version only some minutes after it was replicated" in refused.value.message) is hint
    assert (len(canned.sent), refused.value.facts["code"]) == (tries, code)
