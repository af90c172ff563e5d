# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lazy imports of the Azure libraries, so that modules load and show their documentation where these are not installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..._core.errors import Unavailable


@contextmanager
def needs(distribution: str) -> Iterator[None]:
    """Turn a failed import inside this block into one sentence that says what to install where."""
    try:
        yield
    except ImportError as error:
        raise Unavailable(
            f"the Python that runs this module, {sys.executable}, cannot import {error.name or distribution}: "
            f"install {distribution} there (the collection's requirements.txt lists all), or set ansible_python_interpreter."
        ) from error
