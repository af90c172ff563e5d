# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make live CONFIRM=<subscription id> [LOCATION=...]`: says what it costs, runs the scenario with its probes, deletes everything."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import GoldenImageError
from requests.exceptions import RequestException

from tests.live.arm import Arm, Unfinished
from tests.live.probes import PROBES
from tests.live.report import Finding
from tests.live.scenario import COST, Broken, Scenario

LOCATION = "westeurope"
GRANT, REVOKE = "beginGetAccess", "endGetAccess"
"""Access that Azure gives against the lab's assumption is taken back, because the scenario needs the disk."""
FAILURES = (GoldenImageError, RequestException, Broken, Unfinished)


def main(pause: float = 5) -> int:
    """Run everything, and return 0 if the scenario ended and its group is gone; answers that differ from the lab's are findings only."""
    try:
        arm = Arm(pause)
        scenario = Scenario(arm, os.environ.get("LOCATION") or LOCATION)
    except FAILURES as error:
        print(f"make live signs in as the modules do: {error}", file=sys.stderr)
        return 2
    print(COST.format(location=scenario.location, group=scenario.group), flush=True)
    if os.environ.get("CONFIRM") != arm.subscription:
        print(f"Nothing was created. To go on, name the subscription: make live CONFIRM={arm.subscription}", file=sys.stderr)
        return 2
    try:
        played = _play(arm, scenario)
    finally:
        cleaned = _clean(scenario)
    return max(played, cleaned)


def _play(arm: Arm, scenario: Scenario) -> int:
    findings = []
    try:
        for finding in _findings(arm, scenario):
            findings.append(finding)
            print(*finding.lines(), sep="\n", flush=True)
    except FAILURES as error:
        print(f"the scenario ended early: {error}", file=sys.stderr)
        return 1
    different = sum(not finding.confirmed for finding in findings)
    print(f"{len(findings)} assumptions were tried: {len(findings) - different} as assumed, {different} different")
    return 0


def _findings(arm: Arm, scenario: Scenario) -> Iterator[Finding]:
    for stage in scenario.stages():
        print(f"- {stage.value}", flush=True)
        for probe in PROBES:
            if probe.stage is stage:
                answer = arm.send(probe.method, scenario.path(probe.path), probe.api, probe.body(scenario))
                if probe.path.endswith(GRANT) and not answer.refused:
                    arm.send("POST", scenario.path(probe.path.replace(GRANT, REVOKE)), probe.api)
                yield Finding(probe, answer)


def _clean(scenario: Scenario) -> int:
    print(f"deleting resource group {scenario.group}", flush=True)
    try:
        scenario.delete()
    except FAILURES as error:
        print(f"resource group {scenario.group} may still exist; delete it: az group delete -n {scenario.group}. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
