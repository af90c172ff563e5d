# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts an empty lab without guests for the duration of a `with` block."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contract.golden.client import Place


@contextmanager
def empty_lab() -> Iterator[tuple[Path, Place]]:
    """An empty lab: its state directory, and how to reach it. At the end, it is stopped and its state is removed."""
    with tempfile.TemporaryDirectory(prefix="azlab-contract-") as folder:
        state = Path(folder) / "lab"
        try:
            _azlab(state, "up", "--no-guests", "--hurry")
            yield state, _place(state)
        finally:
            _azlab(state, "down")


def _azlab(state: Path, *words: str) -> None:
    subprocess.run([str(Path(sys.executable).with_name("azlab")), "--state", str(state), *words], check=True, stdout=subprocess.DEVNULL)


def _place(state: Path) -> Place:
    config = json.loads((state / "config.json").read_text())
    return Place(
        url=f"https://127.0.0.1:{config['arm_port']}",
        ca=str(state / "tls" / "bundle.pem"),
        **{key: config[key] for key in ("tenant", "client_id", "client_secret", "subscription")},
    )
