# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the scripts of ansible-core that receive a module on a Windows host: `bootstrap_wrapper.ps1` and `exec_wrapper.ps1`.

They run in the PowerShell engine as they arrive, on the standard input that arrives with them. The next script, `module_wrapper.ps1`,
opens another session of PowerShell and compiles C#, which the engine cannot do: a script in its place returns the parameters that it was
given.
"""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

from tests.support.windows import engine, manifest
from tests.support.windows.guest import Guest

READS_INPUT = "$input"
_AS_POWERSHELL_DOES = """[Console]::In.ReadToEnd() -split "`r?`n" | & {
%s
}
"""
_MODULE_WRAPPER = """[CmdletBinding()]
param(
    [string]$Script, [Collections.IDictionary[]]$Variables, [Collections.IDictionary]$Environment, [string[]]$CSharpModules,
    [string[]]$PowerShellModules, [switch]$ForModule
)
ConvertTo-Json -InputObject ($Variables | Where-Object { $_.Name -eq 'complex_args' }).Value -Depth 99 -Compress
"""


def through(guest: Guest, script: str, data: bytes) -> bytes:
    """The input of a command, with the parameters of the module as the wrappers of ansible-core have read them."""
    sent = manifest.manifest(data)
    asked = {**sent, "scripts": {**sent["scripts"], "module_wrapper.ps1": _script(_MODULE_WRAPPER)}}
    sent["actions"][-1]["params"]["Variables"][0]["Value"] = json.loads(run(guest, script, manifest.replaced(data, asked)))
    return manifest.replaced(data, sent)


def run(guest: Guest, script: str, data: bytes) -> str:
    """The output of the wrappers and of the script that they run, with the drives of a guest."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "command.ps1"
        file.write_text(_AS_POWERSHELL_DOES % script)
        drives = [part for letter, place in guest.drives.letters.items() for part in ("-Drive", f"{letter}={place}")]
        done = engine.run(*drives, "-File", str(file), data=data.decode())
    if done.returncode != 0:
        raise guest.complain(f"a wrapper of ansible-core failed: {done.stdout[:2000]}{done.stderr[:2000]}")
    return done.stdout


def _script(text: str) -> dict[str, Any]:
    return {"path": "module_wrapper.ps1", "script": base64.b64encode(text.encode()).decode()}
