# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of lab/README.md, run as they are, and the output of the commands that create groups and networks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from azlab.settings import Settings

from tests.support.ansible_runs import places
from tests.support.disk_files import make_disk
from tests.support.running_lab import RunningLab

ROOT = Path(__file__).resolve().parents[4]
AZLAB = Path(sys.executable).with_name("azlab")
# Replacements for the commands that need guests, which take minutes: this lab has none, and the disk is small.
REWRITTEN = {
    ".venv/bin/azlab up": ".venv/bin/azlab up --no-guests --hurry",
    ".venv/bin/azlab disk build --out build/debian-12.raw": "cp small.raw build/debian-12.raw",
    "until .venv/bin/azlab vm ssh web-01 -i build/key true; do sleep 5; done": "true",
    ".venv/bin/azlab vm ssh web-01 -i build/key": ".venv/bin/azlab vm ssh web-01 -i build/key true 2>ssh.txt || test $? = 255",
}


def commands() -> list[str]:
    """The commands of the section "By hand"."""
    section = (ROOT / "lab" / "README.md").read_text().partition("\n## By hand\n")[2].partition("\n## ")[0]
    return [line.strip() for line in section.splitlines() if line.startswith("    ")]


def test_the_commands_of_the_documentation_lead_from_an_empty_lab_to_a_vm(tmp_path: Path) -> None:
    lines = commands()
    assert set(REWRITTEN) <= set(lines)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "build").mkdir()
    make_disk(tmp_path / "small.raw")
    script = "\n".join(REWRITTEN.get(line, line) for line in lines)
    environment = {**os.environ, **places(tmp_path), "ANSIBLE_LOCALHOST_WARNING": "false"}
    try:
        done = subprocess.run(["bash", "-euxc", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    finally:
        subprocess.run([AZLAB, "--state", tmp_path / "build" / "azlab", "down"], check=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("localhost | CHANGED => ") == sum("-m goldenimage.azure" in line for line in lines) == 3
    assert "no running VM is called" in (tmp_path / "ssh.txt").read_text()


def azlab(lab: RunningLab, *arguments: str) -> str:
    """The output of a command, or the one sentence of its error."""
    done = subprocess.run([AZLAB, "--state", lab.settings.state, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout == "") in ((0, False), (1, True)), done
    assert "Traceback" not in done.stderr
    return (done.stdout or done.stderr).rstrip("\n")


def test_groups_and_networks_are_created_once_and_found_again(lab: RunningLab) -> None:
    name, root = "by-hand", f"/subscriptions/{lab.settings.subscription}/resourceGroups/by-hand"
    for _ in range(2):
        assert azlab(lab, "group", "create", name, "--location", "uksouth") == root
        subnet = azlab(lab, "network", "create", "net", "--resource-group", name.upper())
        assert subnet == f"{root}/providers/Microsoft.Network/virtualNetworks/net/subnets/default"
    assert lab.arm("GET", subnet).json()["properties"]["addressPrefix"] == "10.0.0.0/24"
    assert lab.arm("GET", subnet.rpartition("/subnets/")[0]).json()["location"] == "uksouth"
    assert f"{name}\tuksouth" in azlab(lab, "group", "list").splitlines()
    assert {"name": name, "location": "uksouth", "id": root} in json.loads(azlab(lab, "group", "list", "--json"))
    assert azlab(lab, "group", "delete", name) == f"deleted {root}"
    assert lab.arm("GET", root, version="2021-04-01").status_code == 404


def test_a_group_that_exists_keeps_its_region_and_its_tags(lab: RunningLab) -> None:
    root = azlab(lab, "group", "create", "kept", "--location", "uksouth")
    lab.arm("PATCH", root, {"tags": {"owner": "somebody"}}, version="2021-04-01").raise_for_status()
    before = lab.arm("GET", root, version="2021-04-01").json()
    assert azlab(lab, "group", "create", "KEPT", "--location", "UK South") == root
    assert (
        azlab(lab, "group", "create", "KEPT") == "azlab: the resource group kept exists in uksouth, not in westeurope: choose another name"
    )
    assert lab.arm("GET", root, version="2021-04-01").json() == before
    assert before["tags"] == {"owner": "somebody"}


@pytest.mark.parametrize("subnets", [("default", "more"), ("Default",), ("front", "back"), ()], ids=" ".join)
def test_a_network_that_exists_is_left_alone(lab: RunningLab, subnets: tuple[str, ...]) -> None:
    root = azlab(lab, "group", "create", f"left_{'-'.join(subnets)}")
    path = f"{root}/providers/Microsoft.Network/virtualNetworks/net"
    body = {
        "location": "westeurope",
        "tags": {"owner": "somebody"},
        "properties": {
            "addressSpace": {"addressPrefixes": ["192.168.0.0/16"]},
            "subnets": [{"name": name, "properties": {"addressPrefix": f"192.168.{number}.0/24"}} for number, name in enumerate(subnets)],
        },
    }
    lab.arm("PUT", path, body, version="2023-11-01").raise_for_status()
    before = lab.arm("GET", path, version="2023-11-01").json()
    said = azlab(lab, "network", "create", "net", "--resource-group", root.rpartition("/")[2])
    if subnets and subnets[0].lower() == "default":
        assert said == f"{path}/subnets/{subnets[0]}"
    else:
        has = {2: "back, front", 0: "none"}[len(subnets)]
        assert said == f"azlab: the virtual network net exists and has no subnet default: its subnets are {has}; choose another name"
    assert lab.arm("GET", path, version="2023-11-01").json() == before


@pytest.mark.parametrize("name", ["äö", "グループ", "a(b)_1.c"])
def test_a_group_may_have_any_letters(lab: RunningLab, name: str) -> None:
    root = f"/subscriptions/{lab.settings.subscription}/resourceGroups/{name}"
    for _ in range(2):
        assert azlab(lab, "group", "create", name) == root
        subnet = azlab(lab, "network", "create", "net", "--resource-group", name)
        assert subnet == f"{root}/providers/Microsoft.Network/virtualNetworks/net/subnets/default"
    assert f"{name}\twesteurope" in azlab(lab, "group", "list").splitlines()
    assert azlab(lab, "group", "delete", name) == f"deleted {root}"
    assert azlab(lab, "group", "delete", name).startswith(f"azlab: there is no resource group {name}: ")
    assert root not in azlab(lab, "group", "list", "--json")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("group create a/b", "the name of a resource group must have 1 to 90 letters, digits and characters of -_.() and "),
        ("group create a.", "the name of a resource group must have 1 to 90 letters, digits and characters of -_.() and "),
        ("group delete a/b", "the name of a resource group must have 1 to 90 letters, digits and characters of -_.() and "),
        ("group create by-hand --location mars", "the resource group by-hand could not be created: The provided location 'mars' is not "),
        (
            "group delete none",
            "there is no resource group none: see `azlab --state {state} group list`, or create it with `azlab --state {state} group"
            " create`",
        ),
        (
            "network create net --resource-group none",
            "there is no resource group none: see `azlab --state {state} group list`, or create it with ",
        ),
        ("network create net- --resource-group none", "the name of a virtual network must have 1 to 64 letters, digits and "),
    ],
)
def test_a_refusal_is_one_sentence(lab: RunningLab, arguments: str, said: str) -> None:
    assert azlab(lab, *arguments.split()).startswith("azlab: " + said.format(state=lab.settings.state))


def test_the_error_about_a_lab_that_is_down_says_how_to_start_it(tmp_path: Path) -> None:
    Settings.create(tmp_path)
    done = subprocess.run([AZLAB, "--state", tmp_path, "group", "list"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"azlab: the lab in {tmp_path} is down: start it with `azlab --state {tmp_path} up`\n")
