# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure's JSON with the names that Ansible uses: ``hyper_v_generation`` for ``hyperVGeneration``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(value: Any) -> Any:
    """The same value with all keys of its objects in snake case, at any depth.

    Abbreviations of several capitals count as one word: ``sizeInGB`` becomes ``size_in_gb`` and ``vCPUs`` becomes ``v_cpus``.
    """
    if isinstance(value, Mapping):
        return {snake_name(str(key)): snake_case(each) for key, each in value.items()}
    return [snake_case(each) for each in value] if isinstance(value, (list, tuple)) else value


def snake_name(name: str) -> str:
    """One name in snake case."""
    return _BOUNDARY.sub("_", name.replace("CPUs", "Cpus")).casefold()
