# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option and return value of ours that the page about azure.azcollection names exists, and every missing counterpart has a reason.

That the page names all options of azure.azcollection is checked by `make clients`, which has that collection.
"""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import yaml

from tests.support.migration import Row, page, sections
from tests.support.tree import COLLECTION

MODULES = {
    "azure_rm_image": "image",
    "azure_rm_image_info": "image_info",
    "azure_rm_gallery": "gallery",
    "azure_rm_gallery_info": "gallery_info",
    "azure_rm_galleryimage": "gallery_image",
    "azure_rm_galleryimage_info": "gallery_image_info",
    "azure_rm_galleryimageversion": "gallery_image_version",
    "azure_rm_galleryimageversion_info": "gallery_image_version_info",
    "azure_rm_virtualmachineimage_info": "image_info",
}
ROWS = [row for section in sections(page()) for row in section.rows]


def is_option(module: str, name: str) -> bool:
    """Whether a module has an option, or a suboption such as `source.vm`."""
    known: Any = importlib.import_module(f"{COLLECTION}.plugins.modules.{module}").ARGUMENTS["argument_spec"]
    for part in name.split("."):
        if part not in known:
            return False
        known = known[part].get("options") or {}
    return True


def is_returned(module: str, name: str) -> bool:
    """Whether a module documents a return value; the contents of a dictionary whose keys are not listed are not checked."""
    known: Any = yaml.safe_load(importlib.import_module(f"{COLLECTION}.plugins.modules.{module}").RETURN)
    for part in name.split("."):
        if known is None:
            return True
        if part not in known:
            return False
        known = known[part].get("contains")
    return True


def test_each_module_has_a_section() -> None:
    assert {section.theirs: section.ours for section in sections(page())} == MODULES


def test_every_section_has_options_and_return_values() -> None:
    for section in sections(page()):
        assert {row.returned for row in section.rows} == {True, False}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.theirs_of} {row.theirs}{' returned' * row.returned}")
def test_what_the_page_names_exists(row: Row) -> None:
    for module, name in row.ours:
        assert (is_returned if row.returned else is_option)(module, name), f"{module} has no {name}"
    assert row.ours or row.note


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (is_option("image", "os_disk.source"), True),
        (is_option("image", "os_disk.sorce"), False),
        (is_option("image", "disks"), False),
        (is_returned("image_info", "images.id"), True),
        (is_returned("image_info", "images.ids"), False),
        (is_returned("image_info", "images.os_disk.anything"), True),
    ],
)
def test_a_missing_name_is_noticed(found: bool, expected: bool) -> None:
    assert found is expected
