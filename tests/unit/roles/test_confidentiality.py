# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that the roles must not show, and the decisions that a guest must not make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.support.tree import tracked
from tests.unit.roles.linux_prepare import task

FACTS = re.compile(r"ansible_facts\.\w+\s*(~|\||\})")


@pytest.mark.parametrize(("file", "name", "keyword", "value"), [
    ("filesystems", "Read /etc/fstab", "no_log", True),
    ("filesystems", "Remove swap entries that are not on the temporary disk", "diff", False),
    ("agent", "Set the agent's options", "diff", False),
])  # fmt: skip
def test_files_with_passwords_are_not_shown(file: str, name: str, keyword: str, value: bool) -> None:
    assert task(file, name)[keyword] is value


@pytest.mark.parametrize("path", [path for path in tracked("roles/*.yml") if path.parent.name == "tasks"], ids=str)
def test_no_fact_of_a_guest_chooses_a_file_of_the_controller(path: Path) -> None:
    for each in yaml.safe_load(path.read_text()):
        included = [each[key] for key in each if key.rpartition(".")[2] in ("include_vars", "include_tasks", "template", "copy")]
        assert not FACTS.search(f"{included} {each.get('loop', '') if included else ''}")


def test_the_metadata_service_is_asked_for_two_fields_as_text() -> None:
    """The whole document has user data, tags and keys, which AWX would keep with the results of the job."""
    tasks = [each for path in tracked("roles/*.yml") if path.parent.name == "tasks" for each in yaml.safe_load(path.read_text())]
    (asked,) = [each for each in tasks if "ansible.builtin.uri" in each]
    assert asked["loop"] == ["vmId", "name"]
    assert asked["ansible.builtin.uri"]["url"].endswith("/{{ item }}?api-version=2021-02-01&format=text")
