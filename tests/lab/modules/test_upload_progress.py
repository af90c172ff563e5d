# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress lines of image_upload, as Ansible's commands print them during an upload to the lab."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.ansible_runs import command, environment
from tests.support.disk_files import make_disk
from tests.support.running_lab import MIB, RunningLab

MODULE = "goldenimage.azure.image_upload"
LINE = re.compile(
    r"\[localhost\] image debian: (?P<percent>\d+) %, [\d.]+ [KM]iB of [\d.]+ [KM]iB sent, [\d.]+ MiB skipped"
    r"(, [\d.]+ [KM]iB/s, \d+:\d\d:\d\d left)?"
)


class Commands:
    """Ansible's commands, signed in to the lab."""

    def __init__(self, lab: RunningLab, group: str, folder: Path) -> None:
        self._lab, self._folder = lab, folder
        ranges = tuple(number * 4 * MIB for number in range(40))
        self.options = {"name": "debian", "resource_group": group, "path": str(make_disk(folder / "source.raw", 160 * MIB, ranges))}

    def ad_hoc(self, *switches: str, **options: Any) -> tuple[dict[str, Any], list[str]]:
        """The JSON that ``ansible -m`` prints on standard output, and the progress lines on standard error."""
        run = self._run("ansible", "localhost", "-m", MODULE, "-a", json.dumps({**self.options, **options}), *switches)
        head, _arrow, result = run.stdout.partition(" => ")
        assert head.startswith("localhost | ")
        return json.loads(result), self._lines(run)

    def playbook(self, **play: Any) -> list[str]:
        """The progress lines of a play on localhost."""
        path = self._folder / "play.yml"
        path.write_text(json.dumps([{"hosts": "localhost", "connection": "local", "gather_facts": False, **play}]))
        return self._lines(self._run("ansible-playbook", path))

    def _run(self, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        env = environment(self._lab, self._folder)
        run = subprocess.run(command(name, *arguments), env=env, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
        return run

    def _lines(self, run: subprocess.CompletedProcess[str]) -> list[str]:
        assert "KiB" not in run.stdout
        return [line for line in run.stderr.splitlines() if "sent" in line]


@pytest.fixture
def commands(lab: RunningLab, group: str, tmp_path: Path) -> Commands:
    return Commands(lab, group, tmp_path)


def test_a_slow_upload_shows_lines_and_the_same_result(lab: RunningLab, commands: Commands) -> None:
    with lab.fault(plane="blob", op="PutPage", delay=1.3):
        result, lines = commands.ad_hoc()
    found = [LINE.fullmatch(line) for line in lines]
    assert None not in found, lines
    percents = [int(match["percent"]) for match in found if match]
    assert len(percents) >= 2
    assert percents == sorted(percents)
    assert 0 < percents[0] < 100
    assert percents[-1] == 100
    again, no_lines = commands.ad_hoc()
    assert no_lines == []
    assert (result["changed"], again["changed"], again["image"]) == (True, False, result["image"])


def test_check_mode_shows_no_lines(commands: Commands) -> None:
    result, lines = commands.ad_hoc("--check")
    assert result["changed"] is True
    assert lines == []


def test_an_option_switches_the_lines_off(commands: Commands) -> None:
    result, lines = commands.ad_hoc(progress=False)
    assert result["bytes_sent"] > 0
    assert lines == []


def test_module_defaults_reach_the_module_and_its_action_plugin(commands: Commands) -> None:
    group = commands.options.pop("resource_group")
    upload = {MODULE: commands.options, "register": "upload"}
    kept = {"ansible.builtin.assert": {"that": ["upload.disk is not none", "upload.bytes_sent > 0"]}}
    defaults = {"group/goldenimage.azure.all": {"resource_group": group}, MODULE: {"keep_disk": True}}
    assert len(commands.playbook(module_defaults=defaults, tasks=[upload, kept])) == 1
    silent = {**defaults, MODULE: {"keep_disk": True, "progress": False, "recreate": True, "os_type": "Windows"}}
    assert commands.playbook(module_defaults=silent, tasks=[upload, kept]) == []
