# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether cloud-init will provision a clone. Its configuration is what its own parser makes of all files together.

cloud-init only warns of a file that it cannot parse, and later files win over earlier ones, so that no single file tells what holds.
cloud_init_probe.py asks cloud-init itself; whether it runs at all is decided by units, the kernel's arguments and ds-identify.
"""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from machine import Machine
from report import BLOCK, UNPROVEN, WARN, Check, Finding
from screens import screened
from system import read, run

BASE = "https://docs.cloud-init.io/en/latest/explanation/configuration.html"
PROBE = Path(__file__).with_name("cloud_init_probe.py")
NETPLAN = ("/etc/netplan/*.yaml", "/usr/lib/netplan/*.yaml")
DS_IDENTIFY = ("/usr/lib/cloud-init/ds-identify", "/usr/libexec/cloud-init/ds-identify")
ASK_DS_IDENTIFY = """
DI_MAIN=noop; DI_LOG=/dev/null
. "$1"
set +u
DI_KERNEL_CMDLINE=$2
read_config; read_datasource_list
echo "$DI_MODE|$DI_DSNAME|$DI_DSLIST"
"""
"""ds-identify decides at each start whether cloud-init runs. It reads files line by line; its own functions are asked what they find."""
UNITS = ("cloud-init-local", "cloud-init-main", "cloud-init", "cloud-init-network", "cloud-config", "cloud-final")
"""The services of cloud-init; no version has all of them."""
MODULE_LISTS = ("cloud_init_modules", "cloud_config_modules", "cloud_final_modules")
KEY_TYPES = {"rsa", "ecdsa", "ed25519"}
TEMPORARY_DISK = ("ephemeral0", "/dev/disk/cloud/azure_resource", "/dev/disk/azure/resource")


def is_true(value: Any) -> bool:
    """Whether cloud-init takes a value for true: it also knows words."""
    return value is True or str(value).lower().strip() in ("true", "1", "on", "yes")


def kernel_arguments() -> str:
    """The arguments that the kernel was started with."""
    return read("/proc/cmdline")


@lru_cache(maxsize=1)
def configuration() -> dict[str, Any]:
    """The report of cloud_init_probe.py; `failure` is the reason if there is none."""
    if not shutil.which("cloud-init"):
        return {"failure": "cloud-init is not installed"}
    paths = [path for pattern in NETPLAN for path in sorted(glob.glob(pattern))]
    command = [*interpreter(), "-I", "-B", str(PROBE), *paths]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        # An error's text could quote a file, so only its kind is given.
        kind = (done.stderr.strip().splitlines() or ["no message"])[-1].split(":")[0]
        return {"failure": f"cloud-init's own parser could not be run ({kind})"}
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def interpreter() -> list[str]:
    """The Python that cloud-init runs with, which its first line names."""
    script = shutil.which("cloud-init") or ""
    first = Path(script).read_bytes().splitlines()[:1] if script else []
    return first[0][2:].decode().split() if first and first[0].startswith(b"#!") else [sys.executable]


def judged(judge: Callable[[dict[str, Any]], Iterable[Finding]]) -> Callable[[Machine], Iterable[Finding]]:
    """A check that judges the configuration, and proves nothing if that could not be read: the check cloud_init_config reports why."""

    def look(machine: Machine) -> Iterable[Finding]:
        known = configuration()
        return [Finding(known["failure"], UNPROVEN)] if "failure" in known else judge(known)

    return look


def place(known: dict[str, Any], key: str) -> str:
    """The place of a top-level key: the last file that has it wins."""
    holders = [path for path, content in known["files"].items() if key in content]
    return holders[-1] if holders else "the kernel's arguments or cloud-init's built-in configuration"


def modules(known: dict[str, Any]) -> set[str]:
    """The modules of all stages, spelled with hyphens; an entry may be a name, or a list or dictionary with more."""
    entries = [entry for name in MODULE_LISTS for entry in known["merged"].get(name) or ()]
    names = (entry.get("name") if isinstance(entry, dict) else entry[0] if isinstance(entry, list) else entry for entry in entries)
    return {str(name).replace("_", "-") for name in names}


def unread_files(machine: Machine) -> Iterator[Finding]:
    """Files that cloud-init skips because it cannot parse them, and templates, whose content depends on the instance."""
    known = configuration()
    if "failure" in known:
        yield Finding(known["failure"])
    for path, line, template in known.get("problems", ()):
        if template:
            yield Finding(f"{path} is a template that cannot be read without the data of an instance", UNPROVEN)
        else:
            yield Finding(f"{path} is not a dictionary in YAML{f' (line {line})' if line else ''}, so that nothing of it is in effect")


def reasons_not_to_run(machine: Machine) -> Iterator[Finding]:
    """The reasons why cloud-init would not run at the start of a clone."""
    if not shutil.which("cloud-init"):
        yield Finding("cloud-init is not installed")
        return
    if os.path.exists("/etc/cloud/cloud-init.disabled"):
        yield Finding("the file /etc/cloud/cloud-init.disabled exists")
    if "cloud-init=disabled" in kernel_arguments().split():
        yield Finding("the kernel's arguments contain cloud-init=disabled")
    for unit, state in unit_states(f"{name}.service" for name in UNITS):
        if state in ("masked", "masked-runtime", "disabled", "bad"):
            yield Finding(f"{unit} is {state}")
    mode, _name, _sources = ds_identify()
    if mode in ("disabled", "report"):
        yield Finding(f"the policy of ds-identify is {mode} in {place_of_ds_identify(r'ci[.]di[.]policy')}")


def unit_states(units: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The units that exist, each with its state as systemd reports it."""
    for unit in units:
        done = subprocess.run(["systemctl", "is-enabled", unit], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        state = done.stdout.strip()
        if state not in ("", "not-found"):
            yield unit, state


def ds_identify() -> tuple[str, str, list[str]]:
    """The mode of ds-identify, the only source that it may use, and the sources that it considers; empty if there is none."""
    script = next((path for path in DS_IDENTIFY if os.path.exists(path)), None)
    if script is None:
        return "", "", []
    command = ["sh", "-c", ASK_DS_IDENTIFY, "sh", script, kernel_arguments()]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    mode, name, sources = (done.stdout.strip().split("|") + ["", "", ""])[:3]
    return mode, name, sources.split()


def place_of_ds_identify(key: str) -> str:
    """The place of a setting of ds-identify, for which the kernel's arguments win; `key` is a pattern of their names for it."""
    return "the kernel's arguments" if re.search(rf"(?:^|\s)(?:{key})=", kernel_arguments()) else "/etc/cloud/ds-identify.cfg"


def wrong_datasources(known: dict[str, Any]) -> Iterator[Finding]:
    """Why a clone would not ask Azure who it is."""
    merged = known["merged"]
    sources = merged.get("datasource_list") or []
    where = place(known, "datasource_list")
    if not isinstance(sources, list):
        yield Finding(f"datasource_list is not a list in {where}")
        return
    if "Azure" not in sources:
        yield Finding(f"datasource_list is [{', '.join(map(str, sources))}], without Azure, in {where}")
    for name in sources[: sources.index("Azure")] if "Azure" in sources else ():
        settings = (merged.get("datasource") or {}).get(name)
        if name == "None" or (isinstance(settings, dict) and settings.keys() & {"user-data", "meta-data", "seedfrom", "metadata_urls"}):
            yield Finding(f"the data source {name} comes before Azure in {where} and needs nothing but its settings to be found")
    _mode, only, considered = ds_identify()
    if only and only.lower() != "azure":
        where = place_of_ds_identify(r"ds|ci[.]ds|ci[.]datasource")
        yield Finding(f"ds-identify may only use the data source {only}, as set in {where}")
    elif considered and "Azure" not in considered:
        yield Finding(f"ds-identify considers [{', '.join(considered)}], without Azure: it reads datasource_list in single lines only")


def wrong_host_names(known: dict[str, Any]) -> Iterator[Finding]:
    """Why a clone would not take the name that Azure gives it."""
    merged = known["merged"]
    if is_true(merged.get("preserve_hostname")):
        yield Finding(f"preserve_hostname is true in {place(known, 'preserve_hostname')}")
    for key in ("hostname", "fqdn"):
        if merged.get(key):
            yield Finding(f"{key} is set in {place(known, key)}, so that all clones have the same name")
    if not modules(known) & {"set-hostname", "update-hostname"}:
        yield Finding(f"no list of modules contains set_hostname ({place(known, 'cloud_init_modules')})")


def missing_host_keys(known: dict[str, Any]) -> Iterator[Finding]:
    """Why a clone would have no SSH host keys of its own. The keys of this machine are removed, so that cloud-init must make new ones."""
    merged = known["merged"]
    if "ssh" not in modules(known):
        yield Finding(f"no list of modules contains ssh ({place(known, 'cloud_init_modules')})")
    if not is_true(merged.get("ssh_deletekeys", True)):
        yield Finding(f"ssh_deletekeys is false in {place(known, 'ssh_deletekeys')}")
    types = merged.get("ssh_genkeytypes", sorted(KEY_TYPES))
    if not KEY_TYPES & set(types if isinstance(types, list) else str(types).split(",")):
        yield Finding(f"ssh_genkeytypes names no type of key that an SSH server takes in {place(known, 'ssh_genkeytypes')}")


def keys_for_all(known: dict[str, Any]) -> Iterator[Finding]:
    """Private keys in the configuration, which all clones would share."""
    if known["merged"].get("ssh_keys"):
        yield Finding(f"ssh_keys in {place(known, 'ssh_keys')} gives all clones the same SSH host keys")


def missing_users(known: dict[str, Any]) -> Iterator[Finding]:
    """Why a clone would not have the account that Azure asks for, and accounts and passwords that all clones would have."""
    merged = known["merged"]
    if not known["makes_admin"]:
        keys = " and ".join(f"{key} ({place(known, key)})" for key in ("users", "user") if key in merged) or "no users"
        yield Finding(f"cloud-init does not make the account that Azure asks for, because of {keys}: users must contain default")
    if "users-groups" not in modules(known):
        yield Finding(f"no list of modules contains users-groups ({place(known, 'cloud_init_modules')})")
    for key in ("password", "chpasswd", "ssh_authorized_keys"):
        if merged.get(key):
            yield Finding(f"{key} in {place(known, key)} lets the same people into all clones", WARN)
    users = merged.get("users")
    others = [str(user.get("name")) for user in users if isinstance(user, dict) and user.get("name")] if isinstance(users, list) else []
    if others:
        yield Finding(f"all clones get the accounts {', '.join(others)} from {place(known, 'users')}", WARN)


def formatted_disks(known: dict[str, Any]) -> Iterator[Finding]:
    """Disks, other than the temporary one, that cloud-init would partition or format on a clone."""
    merged = known["merged"]
    partitioned = merged.get("disk_setup")
    formatted = merged.get("fs_setup")
    aliases = merged.get("device_aliases") if isinstance(merged.get("device_aliases"), dict) else {}
    asked = [(name, entry, "disk_setup") for name, entry in partitioned.items()] if isinstance(partitioned, dict) else []
    asked += (
        [(entry.get("device"), entry, "fs_setup") for entry in formatted if isinstance(entry, dict)] if isinstance(formatted, list) else []
    )
    for name, entry, key in asked:
        device = str(aliases.get(name, name))
        if not device.startswith(TEMPORARY_DISK) and isinstance(entry, dict):
            overwrites = is_true(entry.get("overwrite"))
            what = "overwrites" if overwrites else "may partition or format"
            yield Finding(f"{key} in {place(known, key)} {what} {device} at the first start of a clone", BLOCK if overwrites else WARN)


def missing_modules(known: dict[str, Any]) -> Iterator[Finding]:
    """Why the root of a clone would not grow to the size of its disk."""
    merged, present = known["merged"], modules(known)
    yield from (Finding(f"no list of modules contains {name}", WARN) for name in ("growpart", "resizefs") if name not in present)
    growth = merged.get("growpart")
    if isinstance(growth, dict) and str(growth.get("mode", "auto")).lower() in ("off", "false"):
        yield Finding(f"growpart is off in {place(known, 'growpart')}", WARN)
    if str(merged.get("resize_rootfs", True)).lower() in ("false", "0", "off", "no"):
        yield Finding(f"resize_rootfs is false in {place(known, 'resize_rootfs')}", WARN)


def reset_cloud_init(machine: Machine) -> None:
    """Let cloud-init remove what it knows about this machine, so that it takes the next start for the first one of a new machine."""
    if shutil.which("cloud-init"):  # the owner may have waived that
        with screened(["/var/lib/cloud"]):
            run("cloud-init", "clean", "--logs", "--seed")


CHECKS: Sequence[Check] = (
    Check(
        id="cloud_init_disabled",
        fine="cloud-init runs at the start of a clone",
        why="a clone would not be provisioned: no user, no name, no network",
        mend="install cloud-init, enable its services, and remove what disables it; goldenimage.azure.linux_prepare does",
        source=BASE,
        look=reasons_not_to_run,
    ),
    Check(
        id="cloud_init_config",
        fine="cloud-init can parse all of its files",
        why="cloud-init goes on without such a file, so that the image would not be configured as it seems to be",
        mend="correct the file or remove it (cloud-init schema --config-file)",
        source=BASE,
        look=unread_files,
    ),
    Check(
        id="datasource",
        fine="cloud-init and ds-identify use the data source Azure",
        why="a clone would not ask Azure for its user, name and keys, and its provisioning would time out",
        mend="remove that setting, or set it in one line in a file that is read later: datasource_list: [ Azure ]",
        source=BASE,
        look=judged(wrong_datasources),
    ),
    Check(
        id="host_name",
        fine="cloud-init sets the host name that Azure gives",
        why="a clone would keep the name of this machine, or have none",
        mend="remove that setting",
        source=BASE,
        look=judged(wrong_host_names),
    ),
    Check(
        id="host_keys",
        fine="cloud-init makes new SSH host keys",
        why="the SSH server of a clone would not start, or share its keys with copies of the clone",
        mend="remove that setting",
        source=BASE,
        look=judged(missing_host_keys),
    ),
    Check(
        id="default_user",
        fine="cloud-init makes the account that Azure asks for",
        why="no one could log in to a clone, or the wrong people could",
        mend="write default in the list of users, and remove accounts and passwords that not all clones should have",
        source=BASE,
        look=judged(missing_users),
    ),
    Check(
        id="disk_setup",
        fine="cloud-init formats no disk but the temporary one",
        why="a clone would lose the data on that disk",
        mend="remove the entry, or its overwrite: true",
        source=BASE,
        look=judged(formatted_disks),
    ),
    Check(
        id="cloud_init_modules",
        fine="cloud-init grows the root file system to the size of the disk",
        why="a clone with a larger disk would not use all of it",
        mend="write the module in the list cloud_init_modules, and remove what turns it off",
        source=BASE,
        look=judged(missing_modules),
    ),
)
