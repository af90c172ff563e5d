# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An empty lab without guests for the duration of a `with` block."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from azlab.client import LabClient

from tests.support.running_lab import azlab


@contextmanager
def empty_lab(*options: str) -> Iterator[LabClient]:
    """Start an empty lab, with more options for its start, and yield its client; the lab is stopped and deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="azlab-contract-") as folder:
        state = Path(folder) / "lab"
        try:
            azlab("--state", state, "up", "--no-guests", "--hurry", *options)
            yield LabClient(state)
        finally:
            azlab("--state", state, "down")
