# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galleries and image definitions that are created on request, and that another run may have created since the task planned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.target import creation_steps

from tests.support.fakes import FakeAzure
from tests.support.gallery_values import DEFINITION, PRIVATE

SENT = {name: value for name, value in DEFINITION.properties.items() if name != "provisioningState"}
NEW = replace(PRIVATE, properties={}), replace(DEFINITION, properties=SENT, tags={})


def run(azure):
    for step in creation_steps(*NEW, {"cost": "42"}):
        step.run(azure, Silence())


def test_what_does_not_exist_is_created():
    azure = FakeAzure()
    run(azure)
    assert azure.written == ["create gallery hub", "create image definition web"]
    assert [write[3]["tags"] for write in azure.writes] == [{"cost": "42"}] * 2


def test_what_another_run_has_created_meanwhile_keeps_its_tags():
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[DEFINITION])
    run(azure)
    assert azure.writes == []


def test_what_another_run_failed_to_create_is_created():
    failed = {"provisioning_state": "Failed"}
    azure = FakeAzure(galleries=[replace(PRIVATE, **failed)], gallery_images=[replace(DEFINITION, **failed)])
    run(azure)
    assert azure.written == ["create gallery hub", "create image definition web"]


def test_a_definition_for_other_sources_is_not_used():
    other = replace(DEFINITION, properties={**DEFINITION.properties, "osState": "Specialized"})
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[other])
    with pytest.raises(InvalidRequest, match="image definition web in gallery hub was created by another run meanwhile, for other sources"):
        run(azure)
    assert azure.writes == []
