# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One reading of a Windows machine on which Sysprep was started, as the script read_state.ps1 returns it.

The script leaves in ``$Ansible.Result`` one dictionary with the names of the fields of ``Reading``. A name that it could not read is null
or missing. PowerShell makes a list with one element its element, and an empty one null: both are read as lists. A number may be a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...._core.times import format_time, parse_time

RUNNING, ENDED, ABSENT = "running", "ended", "absent"
PROCESS_STATES = (RUNNING, ENDED, ABSENT)
# The marks of an encoding that a reader of files took for text: of UTF-16 and of UTF-8, and what code page 1252 makes of them.
_MARKS = ("\ufeff", "\xff\xfe", "\xfe\xff", "\xef\xbb\xbf")

_IMAGE_STATE = re.compile(r"IMAGE_STATE_\w+", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """The state of Sysprep on a machine, or ``flaw``: one clause on why it could not be read. A value that was not read is None.

    ``time`` is the machine's clock in UTC, and ``utc_offset_minutes`` its time zone: the lines of the logs have local time.

    ``process`` is `running` if the process that was started, or any sysprep.exe, runs; `ended` if its exit code was kept; `absent` if
    neither is so. ``process_started`` is when the process with the id ``pid`` was created, in UTC: an id is given to another process
    later. ``exit_code`` is None until it was kept, and ``launch_error`` says why Sysprep could not be started at all.

    ``image_state`` is ImageState in the registry, ``state_ini`` that of Windows\\Setup\\State\\State.ini, ``tag_time`` when
    Sysprep_succeeded.tag was last written, in UTC. ``setupact_size`` is the size of setupact.log in bytes; the tails are the last lines of
    the logs of System32\\Sysprep\\Panther, the oldest first. ``uptime_seconds`` must come from a counter that the clock does not change.
    ``sysprep_status`` holds the values of the registry key Setup\\Status\\SysprepStatus: they are reported and never decide, because
    Microsoft does not document them.
    """

    time: datetime | None = None
    utc_offset_minutes: int | None = None
    process: str | None = None
    pid: int | None = None
    process_started: datetime | None = None
    exit_code: int | None = None
    launch_error: str | None = None
    image_state: str | None = None
    state_ini: str | None = None
    tag_time: datetime | None = None
    setupact_size: int | None = None
    setupact_tail: tuple[str, ...] = ()
    setuperr_tail: tuple[str, ...] = ()
    uptime_seconds: float | None = None
    sysprep_status: Mapping[str, Any] = field(default_factory=dict)
    flaw: str = ""

    def as_result(self) -> dict[str, Any]:
        """The reading as a task returns it: without the logs, of which the task returns the last lines itself."""
        times = {"time": self.time, "process_started": self.process_started, "tag_time": self.tag_time}
        kept = (
            "utc_offset_minutes",
            "process",
            "pid",
            "exit_code",
            "launch_error",
            "image_state",
            "state_ini",
            "setupact_size",
            "uptime_seconds",
        )
        texts = {name: format_time(moment) if moment else None for name, moment in times.items()}
        return {**texts, **{name: getattr(self, name) for name in kept}, "sysprep_status": dict(self.sysprep_status)}


def parse_reading(values: object) -> Reading:
    """The reading in ``result`` of win_powershell. Anything that is not such a result gives a reading with a flaw."""
    if not isinstance(values, Mapping):
        return Reading(flaw="the script that reads the state returned no dictionary")
    if (process := _text(values.get("process"))) not in PROCESS_STATES:
        return Reading(flaw="the script that reads the state did not say whether Sysprep runs")
    status = values.get("sysprep_status")
    return Reading(
        time=_time(values.get("time")),
        utc_offset_minutes=_number(values.get("utc_offset_minutes")),
        process=process,
        pid=_number(values.get("pid")),
        process_started=_time(values.get("process_started")),
        exit_code=_number(values.get("exit_code")),
        launch_error=_text(values.get("launch_error")),
        image_state=_state(values.get("image_state")),
        state_ini=_state(values.get("state_ini")),
        tag_time=_time(values.get("tag_time")),
        setupact_size=_number(values.get("setupact_size")),
        setupact_tail=_lines(values.get("setupact_tail")),
        setuperr_tail=_lines(values.get("setuperr_tail")),
        uptime_seconds=_fraction(values.get("uptime_seconds")),
        sysprep_status=status if isinstance(status, Mapping) else {},
    )


def _text(value: object) -> str | None:
    """A name without the spaces and marks around it; None if there is none."""
    return (_cleaned(value).strip() or None) if isinstance(value, str) else None


def _state(value: object) -> str | None:
    """The name of an image state; the text of State.ini has it among others. A text without such a name is kept as it is."""
    text = _text(value)
    found = _IMAGE_STATE.search(text or "")
    return found.group().upper() if found else text


def _time(value: object) -> datetime | None:
    return parse_time(_text(value))


def _fraction(value: object) -> float | None:
    """A number; None if the value is not one. Python counts booleans as numbers, and knows numbers that are not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 2**63 else None


def _number(value: object) -> int | None:
    number = _fraction(value)
    return None if number is None else int(number)


def _lines(value: object) -> tuple[str, ...]:
    """The lines of a log without their ends; a list, one text with all of them, or nothing. Empty lines are left out."""
    texts = value if isinstance(value, list | tuple) else [value]
    lines = (line for text in texts if isinstance(text, str) for line in _cleaned(text).splitlines())
    return tuple(line.rstrip() for line in lines if line.strip())


def _cleaned(text: str) -> str:
    """A text without what is left of its encoding: marks at its start, and the zeros of UTF-16 that was read byte by byte."""
    text = text.replace("\0", "")
    for mark in _MARKS:
        text = text.removeprefix(mark)
    return text
