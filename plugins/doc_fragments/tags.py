# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the option table TAGS: the user's tags on a resource."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  tags:
    description:
      - Tags of the resource. Names and values are strings. If omitted, existing tags are kept.
      - Names that begin with C(goldenimage.) are reserved for this collection. They are ignored, and a warning names them.
    type: dict
  append_tags:
    description: Whether O(tags) are added to the existing tags (V(true)) or replace them (V(false)).
    type: bool
    default: true
"""
