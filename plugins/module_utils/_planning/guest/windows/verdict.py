# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a run of Sysprep: what its end proves about the machine.

Only all the evidence together proves success: Sysprep returns 0 and leaves a tag also in runs that are none, and a state that was reached
says nothing while Sysprep still runs. The states are described in Microsoft's page on the states of Windows Setup.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...._core.times import format_time
from .reading import RUNNING, Reading
from .signatures import find

GENERALIZED, REFUSED, BROKEN = "generalized", "refused", "broken"
STALLED, UNKNOWN, UNPROVEN = "stalled", "unknown", "unproven"
VERDICTS = (GENERALIZED, REFUSED, BROKEN, STALLED, UNKNOWN, UNPROVEN)

COMPLETE = "IMAGE_STATE_COMPLETE"
UNDEPLOYABLE = "IMAGE_STATE_UNDEPLOYABLE"
SPECIALIZE = "IMAGE_STATE_SPECIALIZE_"
RESEALED = "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"
AUDIT = "IMAGE_STATE_GENERALIZE_RESEAL_TO_AUDIT"

STATES_PAGE = "https://learn.microsoft.com/windows-hardware/manufacture/desktop/windows-setup-states"
GENERALIZE_PAGE = "https://learn.microsoft.com/azure/virtual-machines/generalize"
_RESTORE = "restore the machine from its backup, remove the cause there, and run Sysprep again"
_LOOK = "look at the machine: the state in the registry, setuperr.log and setupact.log in C:\\Windows\\System32\\Sysprep\\Panther"
_SLACK = timedelta(seconds=1)  # Times of log lines and of the start have whole seconds.


@dataclass(frozen=True)
class Run:
    """The facts on a run of Sysprep that no single reading has.

    ``started`` is when it was started, by the machine's clock in UTC. ``offsets`` are the time zones that the machine had since then, in
    minutes: Sysprep resets the zone. ``restarted`` is whether the machine has restarted since then, and ``clock_jump`` by how many seconds
    its clock was set, if that is much.
    """

    started: datetime
    offsets: frozenset[int] = field(default_factory=frozenset)
    restarted: bool = False
    clock_jump: float = 0.0

    @property
    def earliest(self) -> datetime:
        """The earliest local time that a line of this run can bear, in any of its zones and before or after its clock was set."""
        offset = timedelta(minutes=min(self.offsets, default=0), seconds=min(self.clock_jump, 0.0))
        return (self.started + offset - _SLACK).replace(tzinfo=None)


@dataclass(frozen=True)
class Verdict:
    """One of ``VERDICTS``, with its cause and remedy in one clause each. ``signature`` is the id of the known failure, or empty."""

    verdict: str
    cause: str = ""
    remedy: str = ""
    source: str = ""
    signature: str = ""


def judge(reading: Reading, run: Run) -> Verdict:
    """The verdict on a machine on which Sysprep runs no more."""
    states = {reading.image_state, reading.state_ini} - {None}
    if any(_is_broken(state) for state in states if state):
        return explained(BROKEN, reading, run, _broken_cause(reading), _RESTORE)
    if run.restarted:
        return Verdict(UNPROVEN, f"the machine restarted while Sysprep ran, and {_states(reading)}", _RESTORE, STATES_PAGE)
    if reading.image_state == COMPLETE and states == {COMPLETE}:
        return explained(
            REFUSED, reading, run, _refused_cause(reading), f"{_LOOK}; the machine is unchanged, so that Sysprep can run again"
        )
    if missing := missing_evidence(reading, run):
        return Verdict(UNPROVEN, "; ".join(missing), f"{_LOOK}, or {_RESTORE}", STATES_PAGE)
    return Verdict(GENERALIZED, source=STATES_PAGE)


def missing_evidence(reading: Reading, run: Run) -> list[str]:
    """The evidence of success that a reading lacks, one clause each; none if all five are there and the machine has not restarted."""
    code = "no exit code was kept" if reading.exit_code is None else f"Sysprep ended with exit code {reading.exit_code}"
    evidence = (
        (reading.process != RUNNING, "Sysprep still runs"),
        (reading.exit_code == 0, code),
        (reading.image_state == RESEALED, f"ImageState in the registry is {reading.image_state or 'not readable'}, not {RESEALED}"),
        (reading.state_ini == RESEALED, f"ImageState in State.ini is {reading.state_ini or 'not readable'}, not {RESEALED}"),
        (_is_newer(reading.tag_time, run.started), _tag(reading, run)),
        (not run.restarted, "the machine restarted while Sysprep ran"),
    )
    return [clause for found, clause in evidence if not found]


def stalled(reading: Reading, run: Run, why: str) -> Verdict:
    """The verdict on a machine on which Sysprep still runs; ``why`` is the clause on the time that has passed."""
    cause = f"{why}; Sysprep runs (process {reading.pid}), and {_states(reading)}"
    return explained(STALLED, reading, run, cause, f"{_LOOK}; unless Sysprep ends by itself, {_RESTORE}")


def unknown(reading: Reading | None, why: str) -> Verdict:
    """The verdict on a machine that cannot be read any more; ``why`` is the clause on that."""
    last = f"the last reading said that {_process(reading)}, and {_states(reading)}" if reading else "there was no reading at all"
    remedy = "ask Azure or the hypervisor whether the machine runs, and read its disk offline; that it has stopped proves nothing"
    return Verdict(UNKNOWN, f"{why}; {last}", remedy, GENERALIZE_PAGE)


def explained(verdict: str, reading: Reading, run: Run, cause: str, remedy: str) -> Verdict:
    """A verdict with the known failure that the logs of this run show; without one, with the cause and the remedy given."""
    found = find((reading.setuperr_tail, reading.setupact_tail), run.earliest)
    if found is None:
        return Verdict(verdict, cause, remedy, STATES_PAGE)
    known = found.signature
    return Verdict(verdict, f'{known.cause} ("{found.message}"); {cause}', known.remedy, known.source, known.id)


def describe(reading: Reading) -> str:
    """One clause on a reading, for the user who waits."""
    return f"{_process(reading)}, image state {reading.image_state or 'not readable'}"


def _is_broken(state: str) -> bool:
    """Whether a machine without a running Sysprep stays broken in this state, or comes up in the wrong mode."""
    return state in (UNDEPLOYABLE, AUDIT) or state.startswith(SPECIALIZE)


def _is_newer(moment: datetime | None, started: datetime) -> bool:
    return moment is not None and moment > started


def _broken_cause(reading: Reading) -> str:
    """The meaning of the state: by reports, mostly the agent's provider in the middle of generalizing, and a pending restart after it."""
    after = reading.image_state or ""
    if after == AUDIT:
        return f"Sysprep prepared the machine for audit mode: {_states(reading)}"
    if after.startswith(SPECIALIZE):
        return f"Sysprep ended after its cleanup, often for a pending restart, a provider or the rearm count: {_states(reading)}"
    return f"Sysprep ended in the middle of generalizing, often for a provider of the Azure VM Agent: {_states(reading)}"


def _refused_cause(reading: Reading) -> str:
    if reading.launch_error:
        return f"Sysprep was not started: {reading.launch_error}"
    return f"Sysprep refused the machine in its validation, which ended with {_exit(reading)}: {_states(reading)}"


def _exit(reading: Reading) -> str:
    return "no exit code" if reading.exit_code is None else f"exit code {reading.exit_code}"


def _process(reading: Reading) -> str:
    return "Sysprep runs" if reading.process == RUNNING else f"Sysprep ended with {_exit(reading)}"


def _states(reading: Reading) -> str:
    """The two places of the image state, which must agree."""
    registry, file = reading.image_state or "not readable", reading.state_ini or "not readable"
    agreed = f"ImageState is {registry}"
    return agreed if registry == file else f"{agreed} in the registry and {file} in State.ini"


def _tag(reading: Reading, run: Run) -> str:
    if reading.tag_time is None:
        return "Sysprep left no Sysprep_succeeded.tag"
    older = f"Sysprep_succeeded.tag is of {format_time(reading.tag_time)}, and Sysprep was started at {format_time(run.started)}"
    return f"{older}; the machine's clock was set by {run.clock_jump:.0f} s in between" if run.clock_jump else older
