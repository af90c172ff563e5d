# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The readings of the OS disk of a Windows machine, without starting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

GENERALIZED, SPECIALIZED, BROKEN, ENCRYPTED = "generalized", "specialized", "broken", "encrypted"
UNREADABLE, UNPROVEN = "unreadable", "unproven"
VERDICTS = (GENERALIZED, SPECIALIZED, BROKEN, ENCRYPTED, UNREADABLE, UNPROVEN)
"""The verdicts on such a disk."""


@dataclass(frozen=True)
class WindowsDisk:
    """The readings of a disk. A reading that could not be made is None, and ``flaws`` says why, one clause each.

    ``encrypted`` is whether a volume is encrypted with BitLocker on a disk on which no Windows can be read. ``image_state`` is from the
    SOFTWARE hive, ``state_ini`` from Windows\\Setup\\State\\State.ini; Microsoft documents both. ``generalized_at`` is the time at which
    the key with ``image_state`` was last written. ``tag`` is whether Sysprep_succeeded.tag exists, ``setup_type`` and ``cmd_line`` are of
    the key SYSTEM\\Setup.
    ``start_types`` maps the drivers vmbus, storvsc and stornvme to their Start value, or None without such a driver.
    ``leftovers`` holds what should not be in an image, each with ``kind`` and ``path``; of secrets only where they are.
    """

    encrypted: bool = False
    windows_found: bool = False
    partition_table: str | None = None
    image_state: str | None = None
    state_ini: str | None = None
    generalized_at: datetime | None = None
    tag: bool | None = None
    setup_type: int | None = None
    cmd_line: str | None = None
    computer_name: str | None = None
    start_types: Mapping[str, int | None] = field(default_factory=dict)
    leftovers: tuple[Mapping[str, Any], ...] = ()
    replayed: tuple[str, ...] = ()
    flaws: tuple[str, ...] = ()
