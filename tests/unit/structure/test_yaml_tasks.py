# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The YAML of roles and playbooks: where cloud tasks run, which tasks are commands, and that every public variable is specified.

The tests see the files as Ansible does: YAML anchors are resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.tree import ROOT, tracked

ON_THE_CONTROLLER = {
    "delegate_to": "localhost",
    "become": False,
    # An ansible_become of the inventory takes precedence over the become of the task.
    "vars": {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
}
CLOUD = re.compile(r"goldenimage\.azure\.(image|vm)_\w+")
RAW = {"command", "shell", "script", "raw"}
# Every task that runs a command instead of a module, and why there is no module for it.
COMMANDS = {
    "playbooks/tasks/seal_if_reachable.yml: Test the connection to the guest": "any answer is enough; ping would need Python on the guest",
    "roles/linux_prepare/handlers/main.yml: Generate GRUB's menu": "no module generates GRUB's menu from /etc/default/grub",
    "roles/linux_prepare/handlers/main.yml: Build the initramfs of every kernel": "no module builds an initramfs",
    "roles/linux_generalize/tasks/seal.yml: Start the finalizer, which waits for this session to end": "no module starts a transient unit",
    "roles/linux_generalize/tasks/finalizer.yml: Copy the finalizer to memory": "no module unpacks what is given as text",
    "roles/linux_generalize/tasks/python.yml: Read the version of the guest's Python": "a module needs the Python that is asked for",
    "roles/linux_generalize/tasks/rehearse.yml: Look for everything that can stop the finalizer": "it is a program of the role",
}
KEYWORDS = {
    *("name", "when", "loop", "loop_control", "register", "vars", "notify", "become", "delegate_to", "check_mode", "diff", "changed_when"),
    *("failed_when", "ignore_unreachable", "block", "rescue", "always", "no_log", "environment", "until", "retries", "delay"),
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def flat(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All tasks, including those in blocks."""
    for task in tasks:
        yield task
        for part in ("block", "rescue", "always"):
            yield from flat(task.get(part, []))


def tasks_of(path: Path) -> list[dict[str, Any]]:
    """All tasks of a task file, a handler file or a playbook."""
    content = yaml.safe_load(path.read_text()) or []
    if any("hosts" in each for each in content):
        parts = ("pre_tasks", "tasks", "post_tasks", "handlers")
        return [task for play in content for part in parts for task in flat(play.get(part, []))]
    return list(flat(content))


def action_of(task: dict[str, Any]) -> str | None:
    """The module or action of a task, or None for a block."""
    return next((key for key in task if key not in KEYWORDS), None)


FILES = [
    *tracked("playbooks/*.yml"),
    *(path for path in tracked("roles/*.yml") if path.parent.name in ("tasks", "handlers")),
]
TASKS = [pytest.param(path, task, id=f"{name_of(path)}: {task.get('name')}") for path in FILES for task in tasks_of(path)]
PLAYBOOKS = [path for path in tracked("playbooks/*.yml") if path.parent.name == "playbooks"]
ROLES = sorted({path.parent.parent for path in tracked("roles/*/meta/argument_specs.yml")})


def cloud_fault(task: dict[str, Any]) -> str | None:
    """The keyword that makes a cloud task run elsewhere than on the controller, with its value; None if there is none."""
    if not CLOUD.fullmatch(action_of(task) or ""):
        return None
    return next((f"{key} is {task.get(key)!r}" for key, value in ON_THE_CONTROLLER.items() if task.get(key) != value), None)


@pytest.mark.parametrize(("path", "task"), TASKS)
def test_a_cloud_task_runs_on_the_controller_as_the_caller(path: Path, task: dict[str, Any]) -> None:
    assert cloud_fault(task) is None


def test_a_cloud_task_elsewhere_is_found() -> None:
    task = {"goldenimage.azure.image_capture": {}, **ON_THE_CONTROLLER}
    assert cloud_fault(task) is None
    assert [cloud_fault({**task, key: None}) for key in ON_THE_CONTROLLER] == [f"{key} is None" for key in ON_THE_CONTROLLER]


def test_there_are_cloud_tasks_in_every_playbook() -> None:
    without = [name_of(path) for path in PLAYBOOKS if not any(CLOUD.fullmatch(action_of(task) or "") for task in tasks_of(path))]
    assert PLAYBOOKS
    assert without == []


@pytest.mark.parametrize(("path", "task"), TASKS)
def test_a_task_has_a_name_and_a_fully_qualified_action(path: Path, task: dict[str, Any]) -> None:
    assert task.get("name", "")[:1].isupper()
    action = action_of(task)
    assert action is None or len(action.split(".")) == 3


def test_every_command_is_listed_with_its_reason() -> None:
    commands = {
        f"{name_of(path)}: {task['name']}"
        for path, task in (param.values for param in TASKS)
        if (action_of(task) or "").rsplit(".", 1)[-1] in RAW
    }
    assert commands == set(COMMANDS)
    assert all(COMMANDS.values())


@pytest.mark.parametrize("path", PLAYBOOKS, ids=name_of)
def test_a_play_takes_its_hosts_from_the_caller_and_does_not_become_root(path: Path) -> None:
    for play in yaml.safe_load(path.read_text()):
        assert re.match(r"{{ target \| (mandatory|default)\('", play["hosts"])
        assert play["gather_facts"] is False
        assert "become" not in play


@pytest.mark.parametrize("path", PLAYBOOKS, ids=name_of)
def test_the_head_of_a_playbook_documents_the_variables_that_it_reads(path: Path) -> None:
    included = {
        "capture_linux": ("seal_linux", "back_up"),
        "capture_windows": ("prepare_windows", "back_up"),
        "upload_windows": ("prepare_windows", "generalize_elsewhere", "judge_disk_file"),
    }
    parts = [path, *(path.parent / "tasks" / f"{name}.yml" for name in included.get(path.stem, ()))]
    texts = [part.read_text() for part in parts]
    read = set(re.findall(r"\b((?:azure|image)_\w+)\b(?! *:)(?= *[|}\)])", "\n".join(texts)))
    head = "\n".join(line for line in texts[0].splitlines() if line.startswith("#"))
    assert read
    assert {each for each in read if not re.search(rf"^#   {each} ", head, re.MULTILINE)} == set()


@pytest.mark.parametrize("role", ROLES, ids=name_of)
def test_the_specified_defaults_of_a_role_are_its_defaults(role: Path) -> None:
    options = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((role / "defaults" / "main.yml").read_text())
    assert {name: option["default"] for name, option in options.items() if "default" in option} == defaults
    assert {name for name, option in options.items() if "default" not in option and not option.get("required")} == set()
    assert all(name.startswith(f"{role.name}_") for name in options)


@pytest.mark.parametrize("role", ROLES, ids=name_of)
def test_the_private_variables_of_a_role_begin_with_underscores(role: Path) -> None:
    for path in tracked(f"roles/{role.name}/vars/*.yml"):
        assert [name for name in yaml.safe_load(path.read_text()) if not name.startswith(f"__{role.name}_")] == []


@pytest.mark.parametrize("role", ROLES, ids=name_of)
def test_the_main_tasks_of_a_role_are_a_table_of_contents(role: Path) -> None:
    actions = {action_of(task) for task in tasks_of(role / "tasks" / "main.yml")}
    assert actions <= {"ansible.builtin.include_tasks", "ansible.builtin.meta"}


@pytest.mark.parametrize("role", ROLES, ids=name_of)
def test_only_the_main_entry_point_documents_optional_variables(role: Path) -> None:
    """ansible-doc prints the options of each entry point; those other than main repeat only the required ones."""
    main, *others = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"].values()
    required = {name: option for name, option in main["options"].items() if option.get("required")}
    assert all(each["options"] == required for each in others)


@pytest.mark.parametrize("role", ROLES, ids=name_of)
def test_a_role_reads_booleans_that_were_given_as_text(role: Path) -> None:
    """`-e option=false` is the text "false", which is true where a boolean is expected."""
    options = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    booleans = "|".join(name for name, option in options.items() if option["type"] == "bool")
    text = "".join(path.read_text() for folder in ("tasks", "vars") for path in tracked(f"roles/{role.name}/{folder}/*.yml"))
    uses = re.findall(rf"(?<!_)(?:{booleans})\b.{{0,7}}", text)
    assert uses
    assert [use for use in uses if not use.endswith(" | bool")] == []


@pytest.mark.parametrize("role", ROLES, ids=name_of)
def test_a_role_refuses_text_where_a_list_is_expected(role: Path) -> None:
    options = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    tasks = [task for path in tracked(f"roles/{role.name}/tasks/*.yml") for task in yaml.safe_load(path.read_text())]
    (required,) = [task["loop"] for task in tasks if task["name"] == "Require lists"]
    assert sorted(required) == sorted(name for name, option in options.items() if option["type"] == "list")
