# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages about finding images agree with the code: the filters that the Marketplace needs, and the columns of the table."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.marketplace.chosen import NAMING
from ansible_collections.goldenimage.azure.plugins.modules import image_info

ROOT = Path(__file__).parents[3]
OPTIONS = yaml.safe_load(image_info.DOCUMENTATION)["options"]


def test_pages_name_the_filters_that_the_marketplace_needs() -> None:
    (documented,) = [line for line in OPTIONS["sources"]["description"] if line.startswith("V(marketplace) needs")]
    assert set(re.findall(r"O\((\w+)\)", documented)) == set(NAMING)
    (told,) = re.findall(r"A search of the Marketplace needs one of (.+?)\.", (ROOT / "docs/finding-images.md").read_text())
    assert set(re.findall(r"`(\w+)`", told)) == set(NAMING)


def test_column_of_the_table_is_as_wide_as_the_longest_security_type() -> None:
    (row,) = re.findall(r"else '(%-11s .+?)' \}\}", (ROOT / "playbooks/list_images.yml").read_text())
    widths = [int(width) for width in re.findall(r"%-(\d+)s", row)]
    assert widths[4] == max(map(len, OPTIONS["security_type"]["choices"]))
