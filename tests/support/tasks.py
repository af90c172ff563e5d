# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules in this process against a running lab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk import polling
from azlab.client import environment

from tests.support.body_check import check_sent_bodies
from tests.support.module_runner import ModuleRunner
from tests.support.running_lab import RunningLab


class LabTasks:
    """Runs modules that sign in to the lab by environment variables."""

    def __init__(self, lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> None:
        self._lab = lab
        self._monkeypatch = monkeypatch
        self.warnings: list[str] = []
        for name, value in environment(lab.settings).items():
            # The lab's own CA instead of the bundle with the CAs of the system, because reading those takes a fifth of a test's time.
            monkeypatch.setenv(name, str(lab.settings.ca) if value == str(lab.settings.bundle) else value)
        monkeypatch.setattr(polling, "PAUSES", (0.05,))
        check_sent_bodies(monkeypatch)

    def __call__(self, module: ModuleType, check: bool = False, **params: Any) -> dict[str, Any]:
        """Run a module, which must not fail, and return its result; its warnings are kept in ``warnings``."""
        runner = ModuleRunner(module, self._monkeypatch)
        result = runner(None, check=check, **params)
        self.warnings = runner.warnings
        assert not result["failed"], result
        return result

    def fails(self, module: ModuleType, check: bool = False, **params: Any) -> dict[str, Any]:
        """Run a module, which must fail, and return its result."""
        result = ModuleRunner(module, self._monkeypatch)(None, check=check, **params)
        assert result["failed"], result
        return result

    def predict_do_repeat(self, module: ModuleType, **params: Any) -> dict[str, Any]:
        """Run a module three times: check mode must write nothing and predict the real run, and a repeated run must change nothing."""
        with self.writes() as by_check:
            predicted = self(module, check=True, **params)
        done = self(module, **params)
        with self.writes() as by_repeat:
            repeated = self(module, **params)
        assert (by_check, by_repeat) == ([], [])
        assert (predicted["changed"], predicted["steps"]) == (done["changed"], done["steps"])
        assert cachings(predicted) == cachings(done)
        assert (done["changed"], repeated["changed"], repeated["steps"]) == (True, False, [])
        return done

    @contextmanager
    def writes(self) -> Iterator[list[str]]:
        """A list that receives, when the block ends, the operations of all requests of the block that could change something."""
        found: list[str] = []
        traffic = self._lab.traffic()
        yield found
        found += [entry["op"] for entry in traffic.written("arm")]


def cachings(result: dict[str, Any]) -> dict[str, list[Any]]:
    """The caching of all disks of the image and the VM in a result."""
    found = {noun: result[noun] for noun in ("image", "vm") if result.get(noun)}
    return {noun: [disk["caching"] for disk in (each["os_disk"], *each["data_disks"])] for noun, each in found.items()}
