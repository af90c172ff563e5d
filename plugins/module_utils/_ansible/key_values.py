# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strings of key=value pairs, as Ansible accepts them in place of a dictionary."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from ansible.module_utils.common.validation import check_type_dict


def read_key_values(given: Any) -> Any:
    """The dictionary in a string such as ``role=web, release=3``; any other value unchanged.

    A string whose first name has no value, such as ``role,release=3``, is not a dictionary: it is a list with commas.
    """
    if isinstance(given, str) and re.match(r"[^:={]*=", given):
        with suppress(TypeError, ValueError):
            return check_type_dict(given)
    return given
