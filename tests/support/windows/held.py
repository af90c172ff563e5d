# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the disk files of simulated servers in use as long as these run, as a hypervisor does."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.windows.guest import Guest

PAUSE = 0.5


@contextmanager
def held_disks(files: Iterable[Path]) -> Iterator[None]:
    """Keep the disk of each guest, named by the file of its state, open for writing until the guest is switched off."""
    held = {file: os.open(Guest(file).data["disk"]["file"], os.O_RDWR) for file in files if Guest(file).is_on}
    done = threading.Event()

    def release() -> None:
        while not done.wait(PAUSE):
            for file in [each for each in held if not Guest(each).is_on]:
                os.close(held.pop(file))

    watcher = threading.Thread(target=release)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        for descriptor in held.values():
            os.close(descriptor)
