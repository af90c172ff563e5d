# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the rights of the identity, and Azure's clock on the way."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import VM
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.rights import Permission
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.clock import seconds_ahead

from tests.support.canned import ARM, CannedAzure, answer, error
from tests.support.ids import an_id

V = an_id(VM, "g", "v")
EVERYTHING = {"value": [{"actions": ["*"], "notActions": []}]}


def test_the_rights_on_a_resource_are_read_below_its_path():
    canned = CannedAzure(answer(body=EVERYTHING))
    assert canned.azure.permissions.at(str(V), "VM v").permissions == (Permission(("*",)),)
    assert [sent.url for sent in canned.sent] == [f"{ARM}{V}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"]


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        (error(403, "AuthorizationFailed", "no."), "could not read the rights on VM v: (AuthorizationFailed) no."),
        (error(404, "ResourceNotFound", "gone"), "could not read the rights on VM v: (ResourceNotFound) gone"),
        (error(400, "InvalidApiVersionParameter", "old"), "could not read the rights on VM v: (InvalidApiVersionParameter) old"),
    ],
)
def test_rights_that_are_refused_are_unread(refusal, text):
    rights = CannedAzure(refusal).azure.permissions.at(str(V), "VM v")
    assert (rights.permissions, rights.unread) == ((), text)


@pytest.mark.parametrize("body", [{}, {"value": []}, {"value": None}])
def test_an_empty_answer_proves_nothing(body):
    rights = CannedAzure(answer(body=body)).azure.permissions.at(str(V), "VM v")
    assert (rights.permissions, rights.unread) == ((), "Azure's answer is empty, though this identity may read it")


def test_the_deadline_is_kept():
    with pytest.raises(TimedOut):
        CannedAzure(seconds=0).azure.permissions.at(str(V), "VM v")


NOW = datetime(2026, 11, 27, 12, 0, 0, 500_000, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("header", "offset"),
    [
        ("Fri, 27 Nov 2026 12:00:00 GMT", 0),
        ("Fri, 27 Nov 2026 12:10:00 GMT", 600),
        ("Fri, 27 Nov 2026 11:58:30 GMT", -90),
        ("Fri, 27 Nov 2026 12:00:05", 5),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_the_date_of_an_answer_shows_the_clock_of_azure(header, offset):
    assert seconds_ahead(header, NOW) == offset


def test_the_offset_of_the_clock_is_known_after_an_answer():
    ahead = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=3600), usegmt=True)
    canned = CannedAzure(answer(body=EVERYTHING, Date=ahead))
    assert canned.azure.clock_offset is None
    canned.azure.permissions.at(str(V), "VM v")
    assert canned.azure.clock_offset is not None
    assert abs(canned.azure.clock_offset - 3600) <= 5
