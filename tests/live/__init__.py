# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks real Azure what the lab only assumes: `make live`, by hand, with your own credentials.

arm        requests to the Resource Manager, with the credentials that the modules would use
scenario   a disk by upload, an image of it, a gallery, a definition and a version, all in one resource group of its own
probes     requests of which the lab assumes how Azure answers, with the part of the scenario after which each is sent
report     what the lab assumed, and what Azure said
"""

from __future__ import annotations

import sys
from pathlib import Path

# Python finds the modules of the collection only by this path.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "build" / "collections"))
