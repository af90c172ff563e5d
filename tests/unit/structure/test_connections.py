# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code for Windows machines knows nothing of the connection to them: only SSH is executed in tests, and WinRM and PSRP must do too.

Services, keys and certificates of remote access are subjects of the roles; which of them carries the task is not.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.support.tree import ROOT, tracked

NAMES = r"(?:(?:py)?(?:win_?rm|psrp)|wsman|open_?ssh|ssh|paramiko)"
# Ansible's variables and facts on the connection of a host, and how a script would find out over which one it runs.
TEXTS = re.compile(
    rf"\bansible_(?:connection|shell_type|{NAMES})\w*|\bPSSenderInfo\b|\bSSH_(?:CONNECTION|CLIENT|TTY)\b|connection\.transport",
    re.IGNORECASE,
)
# The settings of a task that is delegated to the controller itself.
ON_THE_CONTROLLER = re.compile(r"ansible_connection: local\b|ansible_shell_type: sh\b")
IDENTIFIER = re.compile(rf"(?:^|_){NAMES}(?:_|$)", re.IGNORECASE)
CONSTANT = re.compile(rf"{NAMES}\Z", re.IGNORECASE)

PYTHON = tracked("plugins/action/windows_*.py", "plugins/module_utils/_planning/guest/windows/*.py", "roles/windows_*.py")
TEXT_FILES = tracked("roles/windows_*.yml", "roles/windows_*.yaml", "roles/windows_*.ps1", "roles/windows_*.j2", "playbooks/*windows*.yml")


def of_a_connection(source: str) -> list[str]:
    """The names and texts in Python code that belong to one kind of connection."""
    found = list(TEXTS.findall(source))
    for node in ast.walk(ast.parse(source)):
        names = [
            *([node.id] if isinstance(node, ast.Name) else []),
            *([node.attr] if isinstance(node, ast.Attribute) else []),
            *(node.name.split(".") if isinstance(node, ast.alias) else []),
            *((node.module or "").split(".") if isinstance(node, ast.ImportFrom) else []),
        ]
        found += [name for name in names if IDENTIFIER.search(name)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CONSTANT.match(node.value):
            found.append(node.value)
    return found


def test_there_are_files_to_look_at() -> None:
    assert ROOT / "plugins" / "action" / "windows_sysprep_wait.py" in PYTHON


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_python_code_knows_no_connection(path: Path) -> None:
    assert of_a_connection(path.read_text()) == []


@pytest.mark.parametrize("path", TEXT_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_tasks_and_scripts_know_no_connection(path: Path) -> None:
    assert TEXTS.findall(ON_THE_CONTROLLER.sub("", path.read_text())) == []


@pytest.mark.parametrize(
    "code",
    [
        "import winrm",
        "from pypsrp.client import Client as psrp",
        "from ansible.plugins.connection import ssh",
        "if self._connection.transport == kind: pass",
        "kind = 'winrm'",
        "self.winrm_session = None",
        "value = task_vars['ansible_winrm_transport']",
        "value = task_vars.get('ansible_connection')",
    ],
)
def test_the_rule_catches_python_code(code: str) -> None:
    assert of_a_connection(code)


@pytest.mark.parametrize(
    "text", ["when: ansible_connection == 'ssh'", "ansible_psrp_auth: basic", "if ($env:SSH_CLIENT) {", "$PSSenderInfo"]
)
def test_the_rule_catches_tasks_and_scripts(text: str) -> None:
    assert TEXTS.search(text)


@pytest.mark.parametrize("text", ["name: Remove the certificates of WinRM", "path: C:\\ProgramData\\ssh\\ssh_host_*", "Enable-PSRemoting"])
def test_remote_access_as_a_subject_is_allowed(text: str) -> None:
    assert not TEXTS.search(text)


@pytest.mark.parametrize("code", ["reason = 'a self-signed certificate of WinRM'", "path = r'C:\\ProgramData\\ssh'", "self.crash_dump = 1"])
def test_remote_access_as_a_subject_is_allowed_in_python(code: str) -> None:
    assert of_a_connection(code) == []
