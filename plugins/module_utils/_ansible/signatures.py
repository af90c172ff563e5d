# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures of SAS URLs in options that hold no secret otherwise, such as the URL of a blob. Ansible returns all options of a task."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

_SIGNATURE = re.compile(r"[?&]sig=([^&\s'\"]+)", re.IGNORECASE)


def hide_signatures(module: Any) -> None:
    """Let Ansible replace the signatures in everything that the module returns."""
    module.no_log_values.update(signatures_in(module.params))


def signatures_in(value: Any) -> set[str]:
    """All signatures in a value and the values in it, as they are written and decoded."""
    return {form for text in _texts(value) for found in _SIGNATURE.findall(text) for form in (found, unquote(found))}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
