"""Runs playbooks as a user would, and reads the results of their tasks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


class AnsibleFailed(Exception):
    """A playbook failed; the text is the message of the failed task."""


@dataclass(frozen=True)
class Run:
    """The outcome of one `ansible-playbook`: the results of its tasks in order, and the totals per host."""

    returncode: int
    tasks: tuple[dict[str, Any], ...]
    stats: dict[str, dict[str, int]]
    output: str

    @property
    def changed(self) -> int:
        """The number of changed tasks on all hosts."""
        return sum(host["changed"] for host in self.stats.values())

    def results(self, action: str) -> list[dict[str, Any]]:
        """The results of all tasks that ran the module `action` (a short name), in order."""
        return [task["result"] for task in self.tasks if task["action"].rsplit(".", 1)[-1] == action and task["outcome"] != "skipped"]

    @property
    def actions(self) -> set[str]:
        """The short names of all modules that ran."""
        return {task["action"].rsplit(".", 1)[-1] for task in self.tasks if task["outcome"] != "skipped"}

    def result(self, action: str) -> dict[str, Any]:
        """The result of the last task that ran the module `action`."""
        return self.results(action)[-1]

    def require(self) -> Run:
        """This run, if it succeeded; otherwise AnsibleFailed with the message of its first failed task."""
        if self.returncode == 0:
            return self
        for task in self.tasks:
            if task["outcome"] in ("failed", "unreachable"):
                raise AnsibleFailed(f"{task['task']}: {task['result'].get('msg', task['result'])}")
        raise AnsibleFailed(f"ansible-playbook ended with {self.returncode}:\n{self.output[-3000:]}")


def short_folder() -> tempfile.TemporaryDirectory[str]:
    """A temporary folder with a short path, for sockets: their paths are limited to 107 bytes, which a checkout or TMPDIR may exceed."""
    return tempfile.TemporaryDirectory(prefix="demo-", dir=min(tempfile.gettempdir(), "/tmp", key=len))


@dataclass(frozen=True)
class Ansible:
    """`ansible-playbook` with given environment variables (those of the local Azure) and one folder for its scratch files.

    Temporary files and the control sockets of SSH are kept in a separate folder with a short path, which is removed with this object:
    ansible-core opens sockets among its temporary files.
    """

    environment: dict[str, str]
    scratch: Path
    sockets: tempfile.TemporaryDirectory[str] = field(default_factory=short_folder)

    def command(self, playbook: str, inventory: dict[str, Any] | None, variables: dict[str, Any], *flags: str) -> list[str]:
        """The command line; variables and inventory are passed in files, because other users can read a command line."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        command = [str(BIN / "ansible-playbook"), playbook, "-e", f"@{self._private(variables)}", *flags]
        return [*command, "-i", self._private(inventory)] if inventory else command

    def start(self, playbook: str, inventory: dict[str, Any] | None = None, **variables: Any) -> subprocess.Popen[str]:
        """Start a run in a session of its own, so that a test can kill it."""
        command = self.command(playbook, inventory, variables)
        return subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=self._environment(os.devnull),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def play(self, playbook: str, inventory: dict[str, Any] | None = None, *flags: str, **variables: Any) -> Run:
        """Run one playbook and wait for its end."""
        command = self.command(playbook, inventory, variables, *flags)
        record = self.scratch / f"record-{os.urandom(4).hex()}.jsonl"
        with (self.scratch / f"{Path(playbook).name.removesuffix('.yml').rsplit('.', 1)[-1]}.log").open("a", encoding="utf-8") as log:
            done = subprocess.run(
                command,
                cwd=CHECKOUT,
                env=self._environment(str(record)),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            log.write(done.stdout)
        lines = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
        stats: dict[str, dict[str, int]] = next((line["stats"] for line in lines if line["outcome"] == "stats"), {})
        return Run(done.returncode, tuple(line for line in lines if line["outcome"] != "stats"), stats, done.stdout)

    def _environment(self, record: str) -> dict[str, str]:
        return {
            **self.environment,
            "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback_plugins"),
            "ANSIBLE_HOME": str(self.scratch / "home"),
            "TMPDIR": self.sockets.name,
            "ANSIBLE_SSH_CONTROL_PATH_DIR": self.sockets.name,
            "ANSIBLE_HOST_KEY_CHECKING": "false",
            "ANSIBLE_NOCOLOR": "1",
            "DEMO_RECORD": record,
        }

    def _private(self, content: dict[str, Any]) -> str:
        handle, name = tempfile.mkstemp(dir=self.scratch, suffix=".json")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        return name
