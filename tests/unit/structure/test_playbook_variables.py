# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook that lacks a required variable fails with one sentence, before anything is contacted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.tree import ROOT

FOR_H1 = "for h1: see the comment at the top of the playbook."


def play(folder: Path, name: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a playbook with an inventory of hosts that cannot be reached."""
    env = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder),
        "ANSIBLE_NOCOLOR": "1",
        "COLUMNS": "500",
        **more,
    }
    command = [Path(sys.executable).with_name("ansible-playbook"), f"goldenimage.azure.{name}", "-i", "h1,h2", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "arguments", "sentence"), [
    ("upload_disk", ["-e", "target=h1"], f"Set azure_resource_group, image_name, image_path {FOR_H1}"),
    (
        "upload_disk",
        ["-e", "target=h1", "-e", "azure_resource_group=g", "-e", "image_path=/d.raw", "-e", "image_nam=x"],
        f"Set image_name {FOR_H1}",
    ),
    (
        "upload_disk",
        ["-e", "target=h1", "-e", "azure_resource_group=g", "-e", "image_path=/d.raw", "-e", "image_name="],
        f"Set image_name {FOR_H1}",
    ),
    (
        "upload_disk",
        ["-e", "target=h1", "-e", "azure_resource_group=g", "-e", '{"image_gallery_version": {"gallery": "g", "gallery_image": "i"}}'],
        f"Set image_path {FOR_H1}",
    ),
    ("capture_linux", ["-e", "target=h1"], f"Set azure_resource_group, image_name, linux_generalize_confirm {FOR_H1}"),
    ("capture_linux", ["-e", "target=h1", "-e", "azure_resource_group=g", "-e", "image_name=i"], f"Set linux_generalize_confirm {FOR_H1}"),
    (
        "capture_linux",
        ["-e", "target=h1", "-e", "azure_resource_group=g", "-e", "image_name=i", "-e", "image_from=copy"],
        f"Set copy_subnet, copy_confirm {FOR_H1}",
    ),
    (
        "capture_linux",
        ["-e", "target=h1", "-e", "azure_resource_group=g", "-e", '{"image_gallery_version": {"gallery": "g", "gallery_image": "i"}}'],
        f"Set linux_generalize_confirm {FOR_H1}",
    ),
    ("capture_windows", ["-e", "target=h1"], f"Set azure_resource_group, image_name, windows_generalize_confirm {FOR_H1}"),
    (
        "upload_windows",
        ["-e", "target=h1"],
        f"Set azure_resource_group, image_name, image_path, windows_generalize_confirm, windows_generalize_vm_id {FOR_H1}",
    ),
], ids=[
    *("upload", "upload typo", "upload empty", "upload into a gallery"),
    *("capture", "capture confirm", "capture copy", "capture into a gallery"),
    *("capture windows", "upload windows"),
])  # fmt: skip
def test_a_variable_that_is_missing_is_named(tmp_path: Path, name: str, arguments: list[str], sentence: str) -> None:
    run = play(tmp_path, name, *arguments)
    assert run.returncode == 2, run.stdout + run.stderr
    (failure,) = [line for line in run.stdout.splitlines() if line.startswith("fatal:")]
    assert sentence in failure
    assert "ok=0    changed=0    unreachable=0    failed=1" in run.stdout


OTHERS = {
    "upload_disk": "gallery_version location os_type hyper_v_generation architecture storage_account_type keep_disk tags wait_timeout",
    "capture_linux": "gallery_version resource_group disks tags backup recreate source from wait_timeout waive",
    "capture_windows": "gallery_version resource_group disks tags backup recreate source wait_timeout waive",
    "list_images": "name tags",
}
"""The variables that may be omitted, without their beginning ``image_``."""


@pytest.mark.parametrize("name", OTHERS)
def test_an_empty_variable_counts_as_omitted(tmp_path: Path, name: str) -> None:
    """A form passes an empty text for a field that was left empty. The options are accepted, so the task fails only where it signs in."""
    required = {
        "target": "h1",
        "azure_resource_group": "g",
        "image_path": "/no/such.raw",
        "image_name": "i",
        "linux_generalize_confirm": "h1",
        "windows_generalize_confirm": "h1",
    }
    values = {**{f"image_{each}": "" for each in OTHERS[name].split()}, **required, "ansible_python_interpreter": sys.executable}
    unknown = {"client_id": "c", "secret": "s", "tenant": "t", "cloud_environment": "https://127.0.0.1:9", "subscription_id": "s"}
    env = {f"AZURE_{key.upper()}": value for key, value in unknown.items()}
    run = play(tmp_path, name, "--check", "-e", json.dumps({**values, "image_name": "" if name == "list_images" else "i"}), **env)
    (failure,) = [line for line in run.stdout.splitlines() if line.startswith("fatal:")]
    assert ("127.0.0.1:9" in failure) or ("/no/such.raw" in failure), failure


@pytest.mark.parametrize("name", ["upload_disk", "capture_linux", "capture_windows", "upload_windows"])
@pytest.mark.parametrize("more", [[], ["--limit", "h1"]], ids=["all", "limited"])
def test_a_missing_target_is_named_with_the_other_variables(tmp_path: Path, name: str, more: list[str]) -> None:
    run = play(tmp_path, name, *more)
    assert run.returncode not in (0, 2), run.stdout
    assert "Set target to the " in run.stderr
    assert "azure_resource_group, image_name and " in run.stderr
    assert len(run.stderr.splitlines()) < 10


def test_the_list_needs_no_target(tmp_path: Path) -> None:
    run = play(tmp_path, "list_images", "--list-hosts")
    assert run.returncode == 0, run.stderr
    assert "    localhost" in run.stdout


@pytest.mark.parametrize("name", ["capture_linux", "capture_windows"])
def test_the_plan_and_the_capture_take_the_same_waivers(name: str) -> None:
    """A finding that stops the plan is waived by a variable of the playbook, and the variable is described at its top."""
    text = (ROOT / "playbooks" / f"{name}.yml").read_text()
    (play,) = yaml.safe_load(text)
    captures = [task["goldenimage.azure.image_capture"] for task in play["tasks"] if "goldenimage.azure.image_capture" in task]
    assert [each["waive"] for each in captures] == ["{{ image_waive | default([], true) }}"] * 3
    assert "\n#   image_waive " in text


def test_a_misspelt_source_of_the_image_never_generalizes_the_vm(tmp_path: Path) -> None:
    known = ["azure_resource_group=g", "image_name=i", "linux_generalize_confirm=h1", "image_from=copi"]
    run = play(tmp_path, "capture_linux", "-e", "target=h1", *(word for each in known for word in ("-e", each)))
    assert "image_from must be vm or copy, not copi" in run.stdout
    assert "ok=1    changed=0    unreachable=0    failed=1" in run.stdout


def test_a_copy_of_a_windows_vm_is_refused_before_the_vm_itself_is_generalized(tmp_path: Path) -> None:
    known = ["azure_resource_group=g", "image_name=i", "windows_generalize_confirm=h1", "image_from=copy"]
    run = play(tmp_path, "capture_windows", "-e", "target=h1", *(word for each in known for word in ("-e", each)))
    assert "it would generalize h1 itself" in " ".join(run.stdout.split())
    assert "ok=1    changed=0    unreachable=0    failed=1" in run.stdout


def test_a_specialized_version_is_refused_before_the_guest_is_generalized(tmp_path: Path) -> None:
    given = '{"image_gallery_version": {"gallery": "g", "gallery_image": "i", "os_state": "specialized"}}'
    named = ["-e", "target=h1", "-e", "azure_resource_group=g", "-e", "linux_generalize_confirm=h1", "-e", given]
    run = play(tmp_path, "capture_linux", *named)
    (failure,) = [line for line in run.stdout.splitlines() if line.startswith("fatal:")]
    assert "this playbook generalizes the guest: use image_capture for os_state specialized." in failure
