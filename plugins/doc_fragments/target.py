# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the option table TARGET: the resource that a task creates, changes or removes."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  name:
    description: Name of the resource.
    type: str
    required: true
  resource_group:
    description: Resource group of the resource. Also the resource group of every other resource that is given by name only.
    type: str
    required: true
"""
