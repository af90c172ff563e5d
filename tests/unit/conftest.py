# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection is imported by its full name, from a link to this checkout or from where ``COLLECTION_ROOT`` says it is installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
ROOT = Path(os.environ.get("COLLECTION_ROOT") or CHECKOUT / "build" / "collections")

link = ROOT / "ansible_collections" / "goldenimage" / "azure"
if not link.exists():
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(CHECKOUT)
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
