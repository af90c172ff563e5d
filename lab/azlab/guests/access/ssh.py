"""The options with which ssh reaches a VM through `azlab vm proxy`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path


def ssh_options(state: Path, vm_id: str) -> list[str]:
    """The words of ssh's command line that connect it to the VM with this vmId, in the lab of a state directory.

    Host keys are not checked: every VM has new ones, and the connection does not leave this machine.
    """
    azlab = str(Path(sys.executable).parent / "azlab")
    command = shlex.join([azlab, "--state", str(state.resolve()), "vm", "proxy", vm_id])
    proxy = f"ProxyCommand={command.replace('%', '%%')} %p"  # ssh expands %p to the port, and %% to %
    settings = (proxy, "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
    return [word for setting in settings for word in ("-o", setting)]
