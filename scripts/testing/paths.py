# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths in this checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
LOGS = BUILD / "test"
BIN = ROOT / ".venv" / "bin"
COLLECTIONS = BUILD / "collections"
CHECKOUT_AS_COLLECTION = COLLECTIONS / "ansible_collections" / "goldenimage" / "azure"
