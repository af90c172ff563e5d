# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a VM from each of some image references through whichever azure-mgmt-compute is first on the path; prints the results as JSON.

Run as a script: sdk_references.py STATE GROUP SUBNET. The standard input has a JSON object of named references, each with the keys of
an `imageReference`, and with `plan` if the VM names one. Bodies go out as bytes, as in sdk_scenario.py.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import azure.mgmt.compute
from azure.core.exceptions import HttpResponseError
from sdk_scenario import body, signed_in

NETWORK_VERSION = "2020-11-01"


def main(state: Path, group: str, subnet: str) -> None:
    """Ask for all VMs, then wait for them: for each the code of its refusal, or what it was made from and how that ended."""
    compute = signed_in(state)
    begun = {name: _begun(compute, group, name, reference, subnet) for name, reference in json.load(sys.stdin).items()}
    seen = {name: begin if isinstance(begin, str) else _made(begin.result()) for name, begin in begun.items()}
    print(json.dumps({"version": azure.mgmt.compute.__version__, "seen": seen}))


def _begun(compute: Any, group: str, name: str, reference: dict[str, Any], subnet: str) -> Any:
    """The operation that makes a VM; the code of the refusal if there is none."""
    reference = dict(reference)
    plan = {"plan": reference.pop("plan")} if "plan" in reference else {}
    try:
        return compute.virtual_machines.begin_create_or_update(group, name, body(_vm(name, reference, subnet), **plan))
    except HttpResponseError as error:
        return str(error.error.code if error.error else error.status_code)


def _made(vm: Any) -> dict[str, Any]:
    reference = vm.storage_profile.image_reference
    names = ("id", "shared_gallery_image_id", "community_gallery_image_id", "publisher", "offer", "sku")
    known = {name: getattr(reference, name) for name in names}
    return {"state": vm.provisioning_state, "plan": vm.plan and vm.plan.name, **{name: value for name, value in known.items() if value}}


def _vm(name: str, reference: dict[str, Any], subnet: str) -> dict[str, Any]:
    address = {"name": "ip", "properties": {"primary": True, "subnet": {"id": subnet}}}
    interface = {"name": f"{name}-nic", "properties": {"primary": True, "ipConfigurations": [address]}}
    login = {"computerName": name, "adminUsername": "maker", "adminPassword": "Aa1!for-tests-only"}
    return {
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": {"imageReference": reference, "osDisk": {"createOption": "FromImage"}},
        "osProfile": login,
        "networkProfile": {"networkApiVersion": NETWORK_VERSION, "networkInterfaceConfigurations": [interface]},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
