"""Breaks a promise on purpose: changes the sealed disk after the guest said that all is well, so that the proof must notice.

The disk is changed while the lab holds back the answer to `deallocate`: after the verdict and the power-off, before anything is captured.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from .guest import AZLAB
from .proof import opened, root_file_system

NAMES = ("machine_id", "host_key", "user")


def spoil(how: str, disk: Path, secrets: dict[str, str]) -> None:
    """Change the raw disk: put back one thing of VM 1, or run the executable `how` with the disk's path."""
    if how not in NAMES:
        subprocess.run([how, str(disk)], check=True)
        return
    with opened(disk, *root_file_system(disk)) as root:
        if how == "machine_id":
            (root / "etc/machine-id").write_text(secrets["machine_id"] + "\n")
        elif how == "host_key":
            (root / "etc/ssh/ssh_host_ed25519_key").write_text(secrets["host_key"])
        else:
            with (root / "etc/passwd").open("a") as passwd:
                passwd.write(f"{secrets['user']}:x:1000:1000::/nonexistent:/usr/sbin/nologin\n")


def known(how: str) -> bool:
    """Whether `how` is a name of ours or the path of an executable."""
    return how in NAMES or os.access(how, os.X_OK)


class Spoiler:
    """Holds `deallocate` of one VM back, changes its sealed OS disk meanwhile, then lets the call through."""

    def __init__(self, how: str, state: Path, vm: str, disk_id: str, scratch: Path, secrets: dict[str, str]) -> None:
        self.how, self.state, self.vm, self.disk_id, self.secrets = how, state, vm, disk_id, secrets
        self.raw = scratch / "spoiled.raw"
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Spoiler:
        rule = {"plane": "arm", "method": "POST", "path": f"/virtualMachines/{self.vm}/deallocate", "hang": True, "after_effect": False}
        self._rules([rule])
        self._thread.start()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._rules([])
        self._thread.join(timeout=60)
        if self.error is not None:
            raise RuntimeError("the sealed disk could not be changed") from self.error

    def _rules(self, rules: list[dict[str, Any]]) -> None:
        target = self.state / "faults.json"
        fresh = target.with_suffix(".new")
        fresh.write_text(json.dumps({"rules": rules}))
        fresh.replace(target)

    def _run(self) -> None:
        log = self.state / "logs/arm.jsonl"
        wanted = f"/virtualMachines/{self.vm}/deallocate".lower()
        start = log.stat().st_size if log.exists() else 0
        while self._thread.is_alive():
            with log.open() as lines:
                lines.seek(start)
                if any(wanted in line.lower() for line in lines):
                    break
            time.sleep(0.5)
        try:
            azlab = [str(AZLAB), "--state", str(self.state), "disk"]
            subprocess.run([*azlab, "get", self.disk_id, str(self.raw)], check=True, capture_output=True)
            spoil(self.how, self.raw, self.secrets)
            subprocess.run([*azlab, "put", self.disk_id, str(self.raw)], check=True, capture_output=True)
        except BaseException as error:  # handed to the main thread, which fails the demo
            self.error = error
        finally:
            self._rules([])
