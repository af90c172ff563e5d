# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading management locks."""

from __future__ import annotations

from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import SNAPSHOT
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.lock import Lock

from tests.support.canned import ARM, CannedAzure, answer, error
from tests.support.ids import SUBSCRIPTION, an_id

S = an_id(SNAPSHOT, "g", "s")


def test_locks_are_read_at_the_subscription_and_the_group_as_far_as_they_may_be_read():
    scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/G"
    raw = {"id": f"{scope}/providers/Microsoft.Authorization/locks/keep", "name": "keep", "properties": {"level": "CanNotDelete"}}
    canned = CannedAzure(error(403, "AuthorizationFailed", "no"), answer(200, {"value": [raw]}))
    assert canned.azure.locks.around(S) == (Lock("keep", "CanNotDelete", scope),)
    assert [sent.path for sent in canned.sent] == [
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/locks",
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Authorization/locks",
    ]


def test_the_locks_of_a_scope_are_read_once():
    canned = CannedAzure(*(answer(200, {"value": []}) for _scope in range(3)))
    assert canned.azure.locks.around(S, an_id(SNAPSHOT, "G", "t"), an_id(SNAPSHOT, "h", "s")) == ()
    assert [sent.path.rpartition("/providers")[0].rpartition("/")[2] for sent in canned.sent] == [SUBSCRIPTION, "G", "h"]


def test_all_pages_of_locks_are_read_and_an_error_of_azure_forbids_nothing():
    raw = {
        "id": f"{S}/providers/Microsoft.Authorization/locks/keep",
        "name": "keep",
        "properties": {"level": "ReadOnly"},
    }
    more = {"value": [], "nextLink": f"{ARM}/more"}
    canned = CannedAzure(*[error(500, "InternalServerError", "later")] * 4, answer(200, more), answer(200, {"value": [raw]}))
    assert [lock.name for lock in canned.azure.locks.around(S)] == ["keep"]
