# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret appears in the most verbose output of Ansible or in the logs of the lab, whether tasks succeed or fail."""

from __future__ import annotations

import base64
import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.release import __version__ as ansible_version
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_upload

from tests.support.ansible_runs import command, environment
from tests.support.disk_files import make_disk
from tests.support.running_lab import RunningLab, done
from tests.support.tasks import LabTasks

PASSWORD = f"Aa1-{secrets.token_hex(12)}"
CUSTOM_DATA = f"#cloud-config\n# {secrets.token_hex(24)}\n"
SIGNATURE = base64.b64encode(secrets.token_bytes(32)).decode()
SIGNED = re.compile(r"(?i)\bsig=(?!\*\*\*)[\w%+/=-]+")
ECHO = f"Told so, at https://md-x.blob.storage.azure.net/abcd?sv=2017-04-17&sr=b&sig={SIGNATURE}&sp=rw."
"""An error message of a service that repeats the URL of the request."""
SHOWS_TRACEBACKS = tuple(map(int, ansible_version.split(".")[:2])) >= (2, 19)


def found_in(lab: RunningLab, text: str) -> list[str]:
    """The names of the secrets in a text, and the signatures in it."""
    values = {
        "client secret": lab.settings.client_secret,
        "password": PASSWORD,
        "custom data": CUSTOM_DATA.split()[-1],
        "custom data in base64": base64.b64encode(CUSTOM_DATA.encode()).decode(),
        "signature": SIGNATURE,
    }
    return [name for name, value in values.items() if value in text] + SIGNED.findall(text)


class VerboseAnsible:
    """Runs modules with all options that make Ansible print more."""

    def __init__(self, lab: RunningLab, tasks: LabTasks, folder: Path) -> None:
        self._lab, self._tasks, self._folder = lab, tasks, folder

    def __call__(self, module: str, **params: Any) -> None:
        """Run a module, which must succeed."""
        run = self._run(module, params)
        assert run.returncode == 0, run.stdout
        assert "CHANGED" in run.stdout

    def fails(self, module: str, fault: dict[str, Any], **params: Any) -> None:
        """Run a module, which must fail because of a fault of the lab."""
        with self._lab.fault(**fault):
            run = self._run(module, params)
        assert run.returncode != 0, run.stdout
        assert "could not" in run.stdout + run.stderr
        assert ("Traceback (most recent call last)" in run.stdout + run.stderr) is SHOWS_TRACEBACKS

    def _run(self, module: str, params: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        run = subprocess.run(
            command("ansible", "localhost", "-vvvv", "--diff", "-m", f"goldenimage.azure.{module}", "-a", json.dumps(params)),
            env={**environment(self._lab, self._folder), "ANSIBLE_DISPLAY_TRACEBACK": "always"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert found_in(self._lab, run.stdout + run.stderr) == []
        return run


@pytest.fixture
def ansible(lab: RunningLab, tasks: LabTasks, tmp_path: Path) -> Iterator[VerboseAnsible]:
    """Runs modules; the logs of the lab are searched afterwards."""
    yield VerboseAnsible(lab, tasks, tmp_path)
    logs = sorted((Path(lab.settings.state) / "logs").iterdir())
    assert "arm.jsonl" in [log.name for log in logs]
    assert {log.name: found for log in logs if (found := found_in(lab, log.read_text(errors="replace")))} == {}


@pytest.fixture
def vm(lab: RunningLab, tasks: LabTasks, group: str, tmp_path: Path) -> dict[str, Any]:
    """Parameters for image_boot; the image and the subnet exist."""
    tasks(image_upload, name="debian", resource_group=group, path=str(make_disk(tmp_path / "image.raw")))
    lab.put_subnet(group)
    return {
        "name": "web1",
        "resource_group": group,
        "image": "debian",
        "subnet": {"virtual_network": "net", "subnet": "default"},
        "admin_username": "builder",
        "admin_password": PASSWORD,
        "custom_data": CUSTOM_DATA,
    }


def refused(plane: str, op: str) -> dict[str, Any]:
    """A fault that refuses requests with a message that repeats a signature."""
    return {"plane": plane, "op": op, "status": 403, "code": "AuthorizationFailure", "message": ECHO}


def test_the_search_finds_secrets(lab: RunningLab) -> None:
    assert found_in(lab, f"{lab.settings.client_secret} https://a/b?sig=c%2Fd%3D&x {PASSWORD}") == [
        "client secret",
        "password",
        "sig=c%2Fd%3D",
    ]
    assert found_in(lab, f"{base64.b64encode(CUSTOM_DATA.encode()).decode()} sig=***") == ["custom data in base64"]


def test_an_upload_prints_no_secret(ansible: VerboseAnsible, group: str, tmp_path: Path) -> None:
    options = {"name": "debian", "resource_group": group, "path": str(make_disk(tmp_path / "source.raw"))}
    ansible.fails("image_upload", refused("arm", "disk.begin_access"), **options)
    ansible.fails("image_upload", refused("blob", "PutPage"), **options)
    ansible("image_upload", **options)


def test_a_boot_prints_no_secret(ansible: VerboseAnsible, vm: dict[str, Any]) -> None:
    ansible.fails("image_boot", refused("arm", "vm.put"), **vm)
    ansible("image_boot", **vm)


def test_a_capture_that_cannot_read_the_boot_log_prints_no_secret(
    lab: RunningLab, tasks: LabTasks, ansible: VerboseAnsible, vm: dict[str, Any]
) -> None:
    options = {"name": "golden", "resource_group": vm["resource_group"], "vm": "web1", "backup": "none"}
    tasks(image_boot, **vm)
    done(lab.compute.virtual_machines.begin_power_off(vm["resource_group"], "web1"))
    log = {"plane": "blob", "method": "GET", "path": "serialconsole", "status": 403, "code": "AuthenticationFailed", "message": ECHO}
    ansible.fails("image_capture", log, **options)
    ansible("image_capture", sealed="assume", **options)


def test_a_backup_prints_no_secret(tasks: LabTasks, ansible: VerboseAnsible, vm: dict[str, Any]) -> None:
    tasks(image_boot, **vm)
    options = {"vm": "web1", "resource_group": vm["resource_group"]}
    ansible.fails("vm_backup", refused("arm", "snapshot.put"), **options)
    ansible("vm_backup", **options)
