# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of this collection as ad-hoc tasks, for a comparison with another client of the same lab."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from . import lab

ALL = 1_000_000
"""A limit that no catalogue reaches."""


class Collection:
    """Runs modules of this collection on localhost."""

    def __init__(self, cloud: dict[str, str]) -> None:
        self._environment = lab.environment(cloud)

    def __call__(self, module: str, **arguments: Any) -> dict[str, Any]:
        """Run one module and return its result; a failure ends the run with the output of the module."""
        command = [lab.ROOT / ".venv" / "bin" / "ansible", "localhost", "-m", f"goldenimage.azure.{module}", "-a", json.dumps(arguments)]
        done = subprocess.run(command, env=self._environment, cwd=lab.ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{module} failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
        result: dict[str, Any] = json.loads(done.stdout.partition(" => ")[2])
        return result

    def references(self, **arguments: Any) -> set[str]:
        """The references of all images that image_info finds; it must be sure that there are no others."""
        found = self("image_info", versions="all", limit=ALL, cache_path=str(lab.BUILD / "catalogue"), **arguments)
        assert (found["complete"], found["truncated"]) == (True, False), (arguments, found["missing"])
        return {image["reference"] for image in found["images"]}
