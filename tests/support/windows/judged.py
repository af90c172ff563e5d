# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judgement of the roles about a simulated guest, without Ansible: their scripts run on it, and their Python judges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.goldenimage.azure.plugins.module_utils._core.checks import OK
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.preflight import Context, compile_report
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.reading import Reading, parse_reading
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.verdict import GENERALIZED, Run, Verdict
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.wait import Limits, NoReading, Wait

from tests.support.windows import machine
from tests.support.windows.guest import Guest

ROLES = Path(__file__).parents[3] / "roles"
PREFLIGHT, GENERALIZE = ROLES / "windows_preflight" / "files", ROLES / "windows_generalize"
SECTIONS = ("machine", "setup", "software", "appx", "volumes", "accounts")
ARGUMENTS = ["/generalize", "/oobe", "/quiet", "/quit"]
FOLDER = yaml_load((GENERALIZE / "vars" / "main.yml").read_text())["__windows_generalize_folder"]
LIMITS = Limits(total=900, stall=200, lost=300)
POLL = 60
"""Seconds between two polls, by the clock of the judgement. That of the guest goes on by a second or two: a longer pause would look like a
clock that was set."""
# All scripts in one process of the engine, each as the task runs it.
_TOGETHER = """
[CmdletBinding(SupportsShouldProcess)] param($Scripts, $Traces, $Rows)
$all = @{}
foreach ($name in $Scripts.Keys) {
    $Ansible.Result = $null
    try { & ([scriptblock]::Create($Scripts[$name])); $all[$name] = $Ansible.Result } catch { $all[$name] = @{ error = "$_" } }
}
$Ansible.Result = $null
& ([scriptblock]::Create($Traces)) -Rows $Rows
$Ansible.Result = @{ facts = $all; traces = $Ansible.Result }
"""


def preflight(guest: Guest) -> dict[str, Any]:
    """The report of windows_preflight on a guest, as its role has it before Sysprep, and with a cloud in which nothing is wrong."""
    read = (PREFLIGHT / "read.ps1").read_text()
    scripts = {name: f"{read}\n{(PREFLIGHT / f'{name}.ps1').read_text()}" for name in SECTIONS}
    traces = yaml_load((GENERALIZE / "vars" / "traces.yml").read_text())["__windows_generalize_traces"]
    finder = (GENERALIZE / "files" / "traces.ps1").read_text()
    answer = machine.run_script(guest, _TOGETHER, {"Scripts": scripts, "Traces": finder, "Rows": traces}, depth=8)
    if answer.get("failed"):
        raise AssertionError(answer["msg"])
    facts, found = answer["result"]["facts"], answer["result"]["traces"]
    cloud = {"checks": [{"id": "extensions", "side": "cloud", "verdict": OK, "what": "the VM has no extensions"}]}
    context = Context(
        vm=guest.data["name"],
        platform=guest.data["platform"],
        backup="a backup",
        may_be_lost=False,
        capture=cloud,
        waived=frozenset(),
        before_prepare=False,
        traces=found["found"],
        unread_traces=found["failed"],
    )
    return compile_report(facts, context)


def complaints(report: dict[str, Any]) -> list[str]:
    """The ids of the checks in a report that are not fine."""
    return sorted({row["id"] for row in report["checks"] if row["verdict"] != OK})


def sysprep(guest: Guest, limits: Limits = LIMITS) -> Verdict:
    """The verdict of windows_sysprep_wait after windows_generalize has launched Sysprep on a guest. Time passes without waiting."""
    parameters = {"Folder": FOLDER, "Arguments": ARGUMENTS}
    launched = machine.run_script(guest, (GENERALIZE / "files" / "launch.ps1").read_text(), parameters, depth=5)
    if launched.get("failed"):
        raise AssertionError(launched["msg"])
    started = parse_time(launched["result"]["started"])
    assert started is not None
    wait = Wait(Run(started), limits, began_at=0.0)
    now = 0.0
    while wait.verdict is None:
        now += POLL
        wait = wait.after(now, _read(guest))
    return wait.verdict


def _read(guest: Guest) -> Reading | NoReading:
    script = (GENERALIZE / "files" / "read_state.ps1").read_text()
    try:
        returned = machine.run_script(guest, script, {"Folder": FOLDER}, depth=5)
    except machine.NotReached as error:
        return NoReading(str(error))
    return NoReading(str(returned["msg"])) if returned.get("failed") else parse_reading(returned["result"])


def failures(verdict: Verdict) -> list[str]:
    """The failure that a verdict names: the known one, or the verdict itself; none if the guest is generalized."""
    return [] if verdict.verdict == GENERALIZED else [verdict.signature or verdict.verdict]
