# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Azure libraries are imported when they are needed, so that every module loads, documents itself and explains itself without them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..._core.errors import Unavailable


@contextmanager
def needs(distribution: str) -> Iterator[None]:
    """Imports inside this block may fail with one clear sentence."""
    try:
        yield
    except ImportError as error:
        raise Unavailable(
            f"the Python that runs this module, {sys.executable}, cannot import {error.name or distribution}: "
            f"install {distribution} there (the collection's requirements.txt lists all), or set ansible_python_interpreter."
        ) from error
