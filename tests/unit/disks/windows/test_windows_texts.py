# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of registry values in the forms in which the versions of regipy return them."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.hives import text_of


@pytest.mark.parametrize("data, text", [
    ("oobe\0old", "oobe"),
    ("oobe".encode("utf-16-le"), "oobe"),
    ("o\0o\0b\0e\0\0\0", "oobe"),
    (0, ""),
    (ord("x"), "x"),
], ids=["text", "bytes", "decoded as UTF-8", "empty in regipy 6.0", "one character in regipy 6.0"])  # fmt: skip
def test_a_text_ends_at_its_first_zero(data: str | bytes | int, text: str) -> None:
    assert text_of(data) == text
