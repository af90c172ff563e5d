# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session that starts the finalizer ends with its task, however long Ansible keeps sessions for further tasks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.tree import ROOT

# A stand-in for ssh: it notes its arguments, and answers every command with success.
SSH = """#!/bin/sh
echo "$@" >>"$SSH_LOG"
echo '{"changed": true, "rc": 0}'
"""


def test_no_session_is_kept_while_other_hosts_start_their_finalizer(tmp_path: Path) -> None:
    ssh, log, inventory, play = (tmp_path / name for name in ("ssh", "log", "hosts", "play.yml"))
    ssh.write_text(SSH)
    ssh.chmod(0o755)
    inventory.write_text("web ansible_host=192.0.2.1 ansible_ssh_extra_args='-o Tunnel=no' ansible_python_interpreter=/usr/bin/python3\n")
    tasks = yaml.safe_load((ROOT / "roles/linux_generalize/tasks/seal.yml").read_text())
    known = {"__linux_generalize_launch": ["launch"], "__linux_generalize_options": []}
    play.write_text(yaml.safe_dump([{"hosts": "web", "gather_facts": False, "vars": known, "tasks": tasks}]))
    environment = {**os.environ, "SSH_LOG": str(log), "ANSIBLE_SSH_EXECUTABLE": str(ssh), "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory), str(play)]
    subprocess.run(command, env={**environment, "ANSIBLE_PIPELINING": "1"}, capture_output=True, check=False, timeout=120)
    sessions = [line for line in log.read_text().splitlines() if "python3" in line]
    assert sessions
    assert all("-o Tunnel=no" in line and "ControlPath=none" in line and line.count("ControlPath=") == 1 for line in sessions)
