# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts that the demo runs in a guest."""

from __future__ import annotations

import subprocess
import textwrap
from pathlib import Path

import pytest

from demo import guest_scripts
from demo.scenario import Scenario


@pytest.mark.parametrize(
    ("present", "printed"), [("0 5", "marker-0\nmarker-5\n"), ("5", "\nmarker-5\n"), ("0", "marker-0\n\n"), ("", "\n\n")]
)
def test_read_markers_prints_an_empty_line_for_a_missing_data_disk(tmp_path: Path, present: str, printed: str) -> None:
    guest = f"""
        findmnt() {{ echo /dev/sda1; }}
        lsblk() {{
            [ "$1" = -dno ] || {{ echo sda; return; }}
            echo sda 0:0:0:0 disk
            for lun in {present}; do echo "sd$lun 1:0:0:$lun disk"; done
        }}
        mount() {{ case "$1" in /dev/sd?) mounted=${{1#/dev/sd}};; *) return 32;; esac; }}
        cat() {{ echo "marker-$mounted"; }}
        umount() {{ mounted=; }}
    """
    script = textwrap.dedent(guest) + guest_scripts.read_markers(Scenario(tmp_path))
    assert subprocess.run(["sh", "-seu"], input=script, capture_output=True, text=True, check=True).stdout == printed


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({}, True), ({"cloud_init": "running"}, False), ({"cloud_id": "nocloud"}, False), ({"host_name": "localhost"}, False)],
    ids=str,
)
def test_provisioned_requires_the_azure_datasource_the_host_name_and_the_end_of_cloud_init(changed: dict[str, str], expected: bool) -> None:
    assert guest_scripts.provisioned({"host_name": "web", "cloud_init": "done", "cloud_id": "azure", **changed}, "web") is expected
