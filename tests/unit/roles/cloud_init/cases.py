# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in /etc/cloud/cloud.cfg.d, with the findings that they must give; recorded.json holds what cloud-init makes of each case.

    python3 tests/unit/roles/cloud_init/cases.py ROOT...

records it again as root, from folders with a root file system in which cloud-init is installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
SEAL = HERE.parents[3] / "roles" / "linux_generalize" / "files" / "seal"
RECORDED = HERE / "recorded.json"
JUDGED = (
    "chpasswd", "cloud_config_modules", "cloud_final_modules", "cloud_init_modules", "datasource", "datasource_list", "device_aliases",
    "disk_setup", "fqdn", "fs_setup", "growpart", "hostname", "network", "password", "preserve_hostname", "resize_rootfs",
    "ssh_authorized_keys", "ssh_deletekeys", "ssh_genkeytypes", "ssh_keys", "user", "users",
)  # fmt: skip
"""The keys that the checks judge; no others are recorded."""


class Case(NamedTuple):
    """Files by name, and the ids of the checks that must find something, each with its verdict."""

    files: dict[str, str]
    findings: list[tuple[str, str]]


PLAIN = "as Debian ships it"
VERSIONS = ("20.4.1", "22.4.2", "25.1.4", "26.2")
"""The versions of Debian 11 to 13 and of its unstable distribution."""
AZURE = "datasource_list: [ Azure ]\n"
CASES = {
    PLAIN: Case({}, []),
    "Proxmox pins its own sources": Case({"99_pve.cfg": "datasource_list: [ ConfigDrive, NoCloud ]\n"}, [("datasource", "block")] * 2),
    "a later file wins": Case({"99_pve.cfg": "datasource_list: [ ConfigDrive ]\n", "zz-azure.cfg": AZURE}, []),
    "an earlier file loses": Case({"10-azure.cfg": AZURE, "99_pve.cfg": "datasource_list: [ NoCloud ]\n"}, [("datasource", "block")] * 2),
    "sources in block style": Case({"99.cfg": "datasource_list:\n- ConfigDrive\n- None\n"}, [("datasource", "block")]),
    "only ds-identify is misled": Case({"99.cfg": f"{AZURE}other:\n  datasource_list: [ NoCloud ]\n"}, [("datasource", "block")]),
    "a source that is always found": Case(
        {"99.cfg": "datasource_list: [ NoCloud, Azure ]\ndatasource: {NoCloud: {meta-data: 'instance-id: a', user-data: ''}}\n"},
        [("datasource", "block")],
    ),
    "None before Azure": Case({"99.cfg": "datasource_list: [ None, Azure ]\n"}, [("datasource", "block")]),
    "no network in flow style": Case({"99-disable-network-config.cfg": "network: {config: disabled}\n"}, [("network_disabled", "block")]),
    "no network in block style": Case({"50-x.cfg": "network:\n  # by hand\n  config: 'disabled'\n"}, [("network_disabled", "block")]),
    "no network in JSON": Case({"50-x.cfg": '{"network": {"config": "disabled"}}\n'}, [("network_disabled", "block")]),
    "a fixed address": Case(
        {"90.cfg": "network: {version: 2, ethernets: {eth0: {addresses: [10.0.0.4/24]}}}\n"}, [("static_address", "block")]
    ),
    "a fixed address in the first format": Case(
        {"90.cfg": "network: {version: 1, config: [{type: physical, name: eth0, mac_address: '00:0d:3a:00:00:01', subnets: [{type: static, "
                   "address: 10.0.0.4/24}]}]}\n"},
        [("network_config", "block"), ("static_address", "block")],
    ),
    "the name is kept": Case({"90.cfg": "preserve_hostname: 'Yes'\n"}, [("host_name", "block")]),
    "the name is kept by a number": Case({"90.cfg": "preserve_hostname: 1\n"}, [("host_name", "block")]),
    "the name is kept no more": Case({"50.cfg": "preserve_hostname: true\n", "60.cfg": "preserve_hostname: off\n"}, []),
    "one name for all": Case({"90.cfg": "fqdn: web.example.com\nhostname: web\n"}, [("host_name", "block")] * 2),
    "keys are kept": Case({"90.cfg": "ssh_deletekeys: 0\n"}, [("host_keys", "block")]),
    "keys are kept by a word": Case({"90.cfg": "ssh_deletekeys: 'no'\n"}, [("host_keys", "block")]),
    "no key types": Case({"90.cfg": "ssh_genkeytypes: []\n"}, [("host_keys", "block")]),
    "the same keys for all": Case({"90.cfg": "ssh_keys: {ed25519_private: x}\n"}, [("shared_keys", "block")]),
    "modules are missing": Case(
        {"90.cfg": "cloud_init_modules: [migrator, [update_hostname, always]]\n"},
        [("host_keys", "block"), ("default_user", "block"), ("cloud_init_modules", "warn"), ("cloud_init_modules", "warn")],
    ),
    "no users": Case({"90.cfg": "users: []\n"}, [("default_user", "block")]),
    "only another user": Case({"90.cfg": "users:\n- name: ops\n"}, [("default_user", "block"), ("default_user", "warn")]),
    "users as text": Case({"90.cfg": "users: default\n"}, []),
    "the default user is called otherwise": Case({"90.cfg": "user: bob\n"}, [("default_user", "block")]),
    "another user as well": Case({"90.cfg": "users: [default, {name: ops, passwd: secret}]\n"}, [("default_user", "warn")]),
    "a data disk is overwritten": Case({"90.cfg": "disk_setup: {/dev/sdc: {overwrite: 'yes', layout: true}}\n"}, [("disk_setup", "block")]),
    "a data disk may be formatted": Case(
        {"90.cfg": "fs_setup: [{device: /dev/disk/azure/scsi1/lun0, filesystem: xfs}]\n"}, [("disk_setup", "warn")]
    ),
    "the temporary disk is formatted": Case(
        {"90.cfg": "disk_setup: {ephemeral0: {overwrite: true}}\nfs_setup: [{device: ephemeral0.1, overwrite: true}]\n"}, []
    ),
    "the root does not grow": Case({"90.cfg": "growpart: {mode: off}\nresize_rootfs: false\n"}, [("cloud_init_modules", "warn")] * 2),
    "a broken file": Case({"90.cfg": "users:\n- name: 'ops\n", "91.cfg": "- a\n"}, [("cloud_init_config", "block")] * 2),
    "a template": Case({"90.cfg": "## template: jinja\nhostname: {{ v1.local_hostname }}\n"}, [("cloud_init_config", "unproven")]),
    "an empty file": Case({"90.cfg": "", "91.cfg": "# nothing\n"}, []),
}  # fmt: skip


def record(root: Path) -> tuple[str, dict[str, Any]]:
    """The version of cloud-init in a root file system, and what it makes of each case."""
    version, made = "", {}
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory(dir=root / "opt") as work:
            for file in ("cloud_init_probe.py", "cloud_init.py", "report.py", "machine.py", "system.py", "accounts.py"):
                shutil.copy(SEAL / file, work)
            for file, text in case.files.items():
                (root / "etc/cloud/cloud.cfg.d" / file).write_text(text)
            ask = "import json, cloud_init as c; c.kernel_arguments = str; print(json.dumps([c.configuration(), c.ds_identify()]))"
            inside = ["chroot", str(root), "env", f"PYTHONPATH=/opt/{os.path.basename(work)}", "python3", "-B", "-c", ask]
            known, identified = json.loads(subprocess.run(inside, capture_output=True, text=True, check=True).stdout)
            for file in case.files:
                (root / "etc/cloud/cloud.cfg.d" / file).unlink()
        version = known.pop("version")
        known["merged"] = judged(known["merged"])
        known["files"] = {path: sorted(judged(content)) for path, content in known["files"].items()}
        made[name] = {**known, "ds_identify": identified}
    plain = made[PLAIN]["merged"]
    for name in CASES.keys() - {PLAIN}:
        made[name]["merged"] = {key: value for key, value in made[name]["merged"].items() if plain.get(key) != value}
    return version, made


def recorded(version: str, name: str) -> tuple[dict[str, Any], list[Any]]:
    """The configuration that a version of cloud-init read in a case, and the answer of its ds-identify.

    The file holds only what differs from the plain case.
    """
    made = json.loads(RECORDED.read_text())[version]
    known = {**made[name], "merged": {**made[PLAIN]["merged"], **made[name]["merged"]}}
    known["files"] = {path: dict.fromkeys(keys) for path, keys in known["files"].items()}
    return known, known.pop("ds_identify")


def judged(content: dict[str, Any]) -> dict[str, Any]:
    """The keys of a configuration that are judged."""
    return {key: content[key] for key in JUDGED if key in content}


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(dict(record(Path(root)) for root in sys.argv[1:]), separators=(",", ":")).replace('},"', '},\n"') + "\n")
