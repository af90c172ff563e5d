# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH to a guest through `azlab vm proxy`, as the demo and `azlab vm ssh` use it."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest
from azlab.cli import vm as cli_vm

from demo.guest import AZLAB, Guest, Person

ODD = "it's 5% of $HOME"


def test_the_proxy_command_of_the_demo_quotes_any_path(tmp_path: Path) -> None:
    person = Person.create(tmp_path / ODD)
    guest = Guest("vm", person, {"AZLAB_STATE": str(tmp_path / ODD)}, lambda vm: 0)
    assert proxy_of(guest.ssh_options) == [str(AZLAB), "--state", str(tmp_path / ODD), "vm", "proxy", "vm", "%p"]
    host = guest.inventory()["all"]["hosts"]["vm"]
    assert shlex.split(host["ansible_ssh_common_args"]) == guest.ssh_options


def test_the_proxy_command_of_azlab_vm_ssh_quotes_any_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(cli_vm.lock, "running", lambda state: 1)
    monkeypatch.setattr(cli_vm.Settings, "load", lambda state: SimpleNamespace(state=state))
    monkeypatch.setattr(cli_vm, "find", lambda state, name: SimpleNamespace(name="vm", properties={"vmId": "id"}))
    monkeypatch.setattr(os, "execvp", lambda name, command: called.extend(command))
    cli_vm.ssh(argparse.Namespace(state=tmp_path / ODD, name="vm", arguments=[]))
    assert proxy_of(called)[1:] == ["--state", str(tmp_path / ODD), "vm", "proxy", "id", "%p"]


def proxy_of(options: list[str]) -> list[str]:
    """The words of the ProxyCommand as ssh passes them to a shell, except for the port."""
    (command,) = (option.partition("=")[2] for option in options if option.startswith("ProxyCommand="))
    assert "%" not in command.replace("%%", "").replace("%p", "")
    return shlex.split(command.replace("%%", "%"))
