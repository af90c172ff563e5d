"""Breaks a promise on purpose: changes the sealed disk after the guest said that all is well, so that the proof must notice.

The disk is changed while the lab holds back the answer to `deallocate`: after the verdict and the power-off, before anything is captured.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

from .guest import AZLAB
from .offline_search import opened, root_file_system
from .traffic import Traffic

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


def chosen(how: str) -> str | None:
    """A name of ours, or the whole path of the executable file that `how` names; None for anything else."""
    if how in NAMES:
        return how
    return str(Path(how).resolve()) if Path(how).is_file() and os.access(how, os.X_OK) else None


class Spoiler:
    """Holds `deallocate` of one VM back, changes its sealed OS disk meanwhile, then lets the call through."""

    def __init__(self, how: str, state: Path, vm: str, disk_id: str, scratch: Path, secrets: dict[str, str]) -> None:
        self.how, self.state, self.disk_id, self.secrets = how, state, disk_id, secrets
        self.raw = scratch / "spoiled.raw"
        self.error: BaseException | None = None
        self._path = f"/virtualMachines/{vm}/deallocate"
        self._traffic = Traffic(state)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spoiler", daemon=True)

    def __enter__(self) -> Spoiler:
        rule = {"plane": "arm", "method": "POST", "path": self._path, "hang": True, "after_effect": False}
        self._rules([rule])
        self._thread.start()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._over.set()
        self._thread.join(timeout=60)
        self._rules([])
        if self.error is not None:
            raise RuntimeError("the sealed disk could not be changed") from self.error

    def _rules(self, rules: list[dict[str, Any]]) -> None:
        target = self.state / "faults.json"
        fresh = target.with_suffix(".new")
        fresh.write_text(json.dumps({"rules": rules}))
        fresh.replace(target)

    def _held(self) -> bool:
        """Wait for `deallocate`; false when all is over and it never came."""
        while not any(request.lower().endswith(self._path.lower()) for request in self._traffic.requests()):
            if self._over.wait(0.5):
                return False
        return True

    def _run(self) -> None:
        try:
            if not self._held():
                return
            azlab = [str(AZLAB), "--state", str(self.state), "disk"]
            subprocess.run([*azlab, "get", self.disk_id, str(self.raw)], check=True, capture_output=True)
            spoil(self.how, self.raw, self.secrets)
            subprocess.run([*azlab, "put", self.disk_id, str(self.raw)], check=True, capture_output=True)
        except BaseException as error:  # handed to the main thread, which fails the demo
            self.error = error
        finally:
            self._rules([])
