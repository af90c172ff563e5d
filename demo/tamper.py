"""Changes the sealed disks after the guest has reported success, so that a test can show that the checks of the demo notice it.

The disks are changed while the lab delays the answer to `deallocate`: after the guest has powered off, before anything is captured.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .guest import AZLAB
from .offline_search import opened, root_file_system
from .traffic import Traffic

NAMES = ("machine_id", "host_key", "user")


def resolve(how: str) -> str | None:
    """A name of NAMES, or the absolute path of an executable file; None if `how` is neither."""
    if how in NAMES:
        return how
    return str(Path(how).resolve()) if Path(how).is_file() and os.access(how, os.X_OK) else None


def tamper_with(disks: Sequence[Path], how: str, secrets: dict[str, str]) -> None:
    """Change raw disks, of which the OS disk is the first: put back one secret of VM 1, or run the executable `how` with their paths."""
    if how not in NAMES:
        subprocess.run([how, *map(str, disks)], check=True)
        return
    with opened(disks[0], *root_file_system(disks[0])) as root:
        if how == "machine_id":
            (root / "etc/machine-id").write_text(secrets["machine_id"] + "\n")
        elif how == "host_key":
            (root / "etc/ssh/ssh_host_ed25519_key").write_text(secrets["host_key"])
        else:
            with (root / "etc/passwd").open("a") as passwd:
                passwd.write(f"{secrets['user']}:x:1000:1000::/nonexistent:/usr/sbin/nologin\n")


class Tampering:
    """A context in which `deallocate` of one VM is delayed until the sealed disks of that VM have been changed.

    The first id is that of the OS disk; those of the data disks follow in the order of their LUNs.
    """

    def __init__(self, how: str, state: Path, vm: str, disk_ids: Sequence[str], scratch: Path, secrets: dict[str, str]) -> None:
        self.how, self.state, self.secrets = how, state, secrets
        self.disks = {disk_id: scratch / f"tampered-{number}.raw" for number, disk_id in enumerate(disk_ids)}
        self.error: BaseException | None = None
        self._path = f"/virtualMachines/{vm}/deallocate"
        self._traffic = Traffic(state)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tampering", daemon=True)

    def __enter__(self) -> Tampering:
        rule = {"plane": "arm", "method": "POST", "path": self._path, "hang": True, "after_effect": False}
        self._write_faults([rule])
        self._thread.start()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._ended.set()
        self._thread.join(timeout=60)
        self._write_faults([])
        if self.error is not None:
            raise RuntimeError("the sealed disks could not be changed") from self.error

    def _write_faults(self, rules: list[dict[str, Any]]) -> None:
        target = self.state / "faults.json"
        fresh = target.with_suffix(".new")
        fresh.write_text(json.dumps({"rules": rules}))
        fresh.replace(target)

    def _requested(self) -> bool:
        """Wait for the request `deallocate`; false if the context ends without it."""
        while not any(request.lower().endswith(self._path.lower()) for request in self._traffic.requests()):
            if self._ended.wait(0.5):
                return False
        return True

    def _run(self) -> None:
        try:
            if not self._requested():
                return
            azlab = [str(AZLAB), "--state", str(self.state), "disk"]
            for disk_id, raw in self.disks.items():
                subprocess.run([*azlab, "get", disk_id, str(raw)], check=True, capture_output=True)
            tamper_with(list(self.disks.values()), self.how, self.secrets)
            for disk_id, raw in self.disks.items():
                subprocess.run([*azlab, "put", disk_id, str(raw)], check=True, capture_output=True)
        except BaseException as error:  # __exit__ raises it in the main thread
            self.error = error
        finally:
            self._write_faults([])
