# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab whose Marketplace has a catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from azlab.settings import Settings

from tests.support.running_lab import RunningLab, azlab

SEED = int(os.environ.get("CATALOGUE_SEED") or 7)
"""The seed of the catalogue. A test must hold with any seed, so the environment can name another one."""


@contextmanager
def running_catalogue_lab(state: Path, seed: int = SEED) -> Iterator[RunningLab]:
    """A lab without guests in the directory `state`, with the catalogue of a seed."""
    azlab("--state", state, "up", "--no-guests", "--hurry", "--catalogue-seed", str(seed))
    try:
        yield RunningLab(Settings.load(state))
    finally:
        azlab("--state", state, "down")
