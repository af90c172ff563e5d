# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option table TAGS: a user's own tags on a resource."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  tags:
    description:
      - Tags of the resource; names and values are texts. Not given, tags stay as they are.
      - Names beginning with C(goldenimage.) belong to this collection, and are left out of what is given here; a warning names them.
    type: dict
  append_tags:
    description: Whether O(tags) are added to those that are there, or replace them.
    type: bool
    default: true
"""
