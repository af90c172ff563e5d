# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed images."""

from __future__ import annotations

from ansible_collections.goldenimage.azure.plugins.module_utils._gateway import calls, translation
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources import Resources
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.model import Image


class Images(Resources[Image]):
    noun, operations, api = "image", "images", calls.COMPUTE
    translate = staticmethod(translation.image)
