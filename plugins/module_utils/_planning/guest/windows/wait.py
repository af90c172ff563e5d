# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wait for the end of Sysprep: from what is read, and when, to a verdict. It ends in every case.

All times are seconds of a clock of the controller that no one sets. The machine's clock is compared only with itself.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from .reading import ABSENT, RUNNING, Reading
from .verdict import GENERALIZED, Run, Verdict, describe, judge, stalled, unknown

SETTLING = 60.0
"""Seconds that the evidence has to appear after Sysprep has ended: by one report, it ends before its tag exists."""
LONGEST_LAUNCH = timedelta(minutes=5)
"""The longest time between the start and the creation of its process: one created later, or before, has been given an old id."""
_REBOOT_SLACK = 5.0
_CLOCK_JUMP = 60.0
KEPT = 20
"""The number of readings that a result has at most."""
SHOWN_LINES = 20
"""The number of lines of each log that a result has at most."""


@dataclass(frozen=True)
class Limits:
    """How long to wait, in seconds: in total, while nothing changes, and while nothing can be read."""

    total: float
    stall: float
    lost: float


@dataclass(frozen=True)
class NoReading:
    """An attempt to read the machine that failed: the connection was lost or refused, or the answer makes no sense."""

    why: str


@dataclass(frozen=True)
class Wait:
    """A wait, as far as it has come. ``verdict`` is None until it is over.

    ``readings`` are those that differ from the one before, and the last; ``read_at`` is when the last was made, ``changed_at`` when
    something last changed, ``ended_at`` since when Sysprep has been found ended. ``trouble`` says why the machine cannot be read now, by
    the first attempt that failed; it is empty after a reading.
    """

    run: Run
    limits: Limits
    began_at: float
    readings: tuple[Reading, ...] = ()
    read_at: float = 0.0
    changed_at: float = 0.0
    ended_at: float | None = None
    trouble: str = ""
    verdict: Verdict | None = None

    @property
    def last(self) -> Reading | None:
        """The last reading."""
        return self.readings[-1] if self.readings else None

    @property
    def line(self) -> str:
        """The state of the wait, for the user."""
        if self.trouble:
            return f"the machine cannot be read, trying again: {self.trouble}"
        return describe(self.last) if self.last else "waiting for the first reading"

    def after(self, now: float, event: Reading | NoReading) -> Wait:
        """The wait after an attempt to read the machine."""
        if isinstance(event, NoReading):
            return self._without_reading(now, event.why)
        return self._without_reading(now, event.flaw) if event.flaw else self._with(now, event)._judged(now)

    def _with(self, now: float, reading: Reading) -> Wait:
        run = self._run_with(now, reading)
        reading = _of_this_run(reading, run)
        changed = self.last is None or _progress(reading) != _progress(self.last)
        ended = reading.process != RUNNING
        kept = self.readings if changed else self.readings[:-1]
        return replace(
            self,
            run=run,
            readings=(*kept, reading)[-KEPT:],
            read_at=now,
            changed_at=now if changed else self.changed_at,
            ended_at=(now if self.ended_at is None else self.ended_at) if ended else None,
            trouble="",
        )

    def _run_with(self, now: float, reading: Reading) -> Run:
        """The facts on the run, with those that this reading adds."""
        offset = reading.utc_offset_minutes
        return replace(
            self.run,
            offsets=self.run.offsets if offset is None else self.run.offsets | {offset},
            restarted=self.run.restarted or self._has_restarted(now, reading),
            clock_jump=self.run.clock_jump + self._clock_jump(now, reading),
        )

    def _has_restarted(self, now: float, reading: Reading) -> bool:
        """Whether the machine has restarted since the last reading: it is up for a shorter time than then, or than has passed since."""
        up = reading.uptime_seconds
        before = self.last.uptime_seconds if self.last else None
        passed = now - (self.read_at if self.last else self.began_at)
        return up is not None and (up < (before or 0.0) or up + _REBOOT_SLACK < passed)

    def _clock_jump(self, now: float, reading: Reading) -> float:
        """By how many seconds the machine's clock was set since the last reading; 0 if that is little."""
        if self.last is None or self.last.time is None or reading.time is None:
            return 0.0
        jump = (reading.time - self.last.time).total_seconds() - (now - self.read_at)
        return jump if abs(jump) > _CLOCK_JUMP else 0.0

    def _judged(self, now: float) -> Wait:
        """The wait with a verdict if the last reading allows one."""
        reading = self.readings[-1]
        if self.ended_at is not None:
            verdict = judge(reading, self.run)
            final = verdict.verdict == GENERALIZED or now - self.ended_at >= SETTLING or self._is_over(now)
            return replace(self, verdict=verdict) if final else self
        if why := self._standstill(now):
            # An exit code without an end: the id of the process was given to another one.
            ended = reading.exit_code is not None
            return replace(self, verdict=judge(replace(reading, process=ABSENT), self.run) if ended else stalled(reading, self.run, why))
        return self

    def _standstill(self, now: float) -> str:
        """Why not to wait for a running Sysprep any longer; empty if nothing says so."""
        if self._is_over(now):
            return f"Sysprep has not ended within {self.limits.total:.0f} s"
        is_readable = self.readings[-1].setupact_size is not None
        if is_readable and now - self.changed_at >= self.limits.stall:
            return f"neither setupact.log nor the state has changed for {now - self.changed_at:.0f} s"
        return ""

    def _without_reading(self, now: float, why: str) -> Wait:
        """The wait after a failed attempt: without any reading for long enough nothing is known."""
        silent = now - (self.read_at if self.last else self.began_at)
        is_final = silent >= self.limits.lost or self._is_over(now)
        verdict = unknown(self.last, f"the machine could not be read for {silent:.0f} s ({why})") if is_final else None
        return replace(self, trouble=self.trouble or why, verdict=verdict)

    def _is_over(self, now: float) -> bool:
        return now - self.began_at >= self.limits.total


def _of_this_run(reading: Reading, run: Run) -> Reading:
    """A reading in which a process that cannot be that of this run does not count as running."""
    created = reading.process_started
    is_foreign = created is not None and abs(created - run.started) > LONGEST_LAUNCH
    return replace(reading, process=ABSENT) if reading.process == RUNNING and (is_foreign or run.restarted) else reading


def _progress(reading: Reading) -> tuple[object, ...]:
    """The values that change while Sysprep works."""
    values = (reading.process, reading.exit_code, reading.image_state, reading.state_ini, reading.tag_time)
    return (*values, reading.setupact_size, reading.setupact_tail[-1:], reading.setuperr_tail[-1:])


def as_result(wait: Wait, now: float) -> dict[str, Any]:
    """The result of the task on a wait: the verdict, the last state, and the last lines of the logs."""
    verdict, last = wait.verdict or Verdict(""), wait.last or Reading()
    return {
        **asdict(verdict),
        "image_state": last.image_state,
        "exit_code": last.exit_code,
        "readings": [reading.as_result() for reading in wait.readings],
        "setuperr": list(last.setuperr_tail[-SHOWN_LINES:]),
        "setupact": list(last.setupact_tail[-SHOWN_LINES:]),
        "seconds": round(now - wait.began_at),
    }
