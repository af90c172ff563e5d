# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of a Windows server that is fit for Sysprep, as the scripts of windows_preflight return them, and ways to spoil them."""

from __future__ import annotations

import copy
from typing import Any

GOOD: dict[str, Any] = {
    "machine": {
        "computer_name": "WEB",
        "user": r"WEB\builder",
        "sid": "S-1-5-21-1-2-3-1001",
        "is_administrator": True,
        "is_64bit": True,
        "sysprep_running": False,
        "os": {
            "caption": "Microsoft Windows Server 2022 Datacenter",
            "version": "10.0.20348",
            "build": 20348,
            "product_type": 3,
            "edition": "ServerDatacenter",
            "installation_type": "Server",
        },
        "domain": {"joined": False, "name": "WORKGROUP"},
        "uuid": "11111111-2222-3333-4444-555555555555",
        "asset_tag": "7783-7084-3265-9085-8269-3286-77",
        "secure_boot": True,
        "uefica2023_status": "Updated",
        "unread": {},
    },
    "setup": {
        "image_state": "IMAGE_STATE_COMPLETE",
        "state_ini": "IMAGE_STATE_COMPLETE",
        "unattend_file": None,
        "setup_type": 0,
        "cmd_line": "",
        "source_os": [],
        "pending": {"cbs": False, "file_renames": 0, "server_manager": False, "windows_update": False, "pending_xml": False},
        "servicing_processes": [],
        "reserve_scenario": 0,
        "rearm_count": 1000,
        "cdrom_start": 1,
        "removable_deny": False,
        "miracast_view": False,
        "unread": {},
    },
    "software": {
        "features": [
            {"name": "FileAndStorage-Services", "display_name": "File and Storage Services", "kind": "Role"},
            {"name": "Storage-Services", "display_name": "Storage Services", "kind": "Role Service"},
            {"name": "NET-Framework-45-Core", "display_name": ".NET Framework 4.8", "kind": "Feature"},
        ],
        "services": {
            "RdAgent": {"status": "Running", "start": "Automatic"},
            "WindowsAzureGuestAgent": {"status": "Running", "start": "Automatic"},
            "WindowsAzureTelemetryService": None,
            "Sense": {"status": "Stopped", "start": "Manual"},
        },
        "providers": [{"phase": "Generalize", "dll": r"C:\Windows\System32\slc.dll", "entry": "{1}", "exists": True}],
        "defender_onboarded": False,
        "sql_instances": [],
        "virtual_switches": [],
        "wds_initialized": None,
        "iis_encrypted": [],
        "radius_clients": [],
        "unread": {},
    },
    "appx": {
        "packages": [
            {
                "name": "Microsoft.VCLibs",
                "full_name": "Microsoft.VCLibs_14.0.1.0_x64__8wekyb3d8bbwe",
                "version": "14.0.1.0",
                "users": ["builder"],
                "part_of_windows": True,
            },
            {
                "name": "Microsoft.SecHealthUI",
                "full_name": "Microsoft.SecHealthUI_1000.1.0.0_x64__8wekyb3d8bbwe",
                "version": "1000.1.0.0",
                "users": ["builder"],
                "part_of_windows": False,
            },
        ],
        "provisioned": [{"name": "Microsoft.SecHealthUI", "version": "1000.1.0.0"}],
        "unread": {},
    },
    "volumes": {
        "bitlocker": [{"mount_point": "C:", "volume_status": "FullyDecrypted", "conversion": 0}],
        "efs_files": 0,
        "answer_files": [r"C:\Windows\Panther\unattend.xml"],
        "volumes": ["C"],
        "unread": {},
    },
    "accounts": {
        "users": [
            {
                "name": "builder",
                "sid": "S-1-5-21-1-2-3-1001",
                "enabled": True,
                "must_change_password": False,
                "password_expires": "2027-02-28T07:00:00Z",
                "password_required": True,
            },
            {
                "name": "Gast",
                "sid": "S-1-5-21-1-2-3-501",
                "enabled": False,
                "must_change_password": True,
                "password_expires": None,
                "password_required": False,
            },
        ],
        "time": "2026-11-28T07:00:00Z",
        "unread": {},
    },
}


def guest(**changes: Any) -> dict[str, Any]:
    """The facts with changes: the name of a fact with ``__`` between its parts, such as ``setup__pending__cbs``, and its value."""
    facts = copy.deepcopy(GOOD)
    for name, value in changes.items():
        *folders, last = name.split("__")
        place = facts
        for folder in folders:
            place = place[folder]
        place[last] = value
    return facts


def features(*names: str) -> list[dict[str, str]]:
    """Roles of a server."""
    return [{"name": name, "display_name": f"Role {name}", "kind": "Role"} for name in names]


def package(name: str, **changes: Any) -> dict[str, Any]:
    """An AppX package that one user has installed."""
    row = {"name": name, "full_name": f"{name}_1.2.0.0_x64__hash", "version": "1.2.0.0", "users": ["alice"], "part_of_windows": False}
    return {**row, **changes}


def account(name: str, **changes: Any) -> dict[str, Any]:
    """A local account that anybody can have."""
    row = {"name": name, "sid": "S-1-5-21-1-2-3-1002", "enabled": True, "must_change_password": False, "password_expires": None}
    return {**row, "password_required": True, **changes}


def service(status: str) -> dict[str, str]:
    """A service that starts by itself, in a state."""
    return {"status": status, "start": "Automatic"}


def volume(mount_point: str, volume_status: str | None, conversion: int) -> dict[str, Any]:
    """A volume as BitLocker reports it."""
    return {"mount_point": mount_point, "volume_status": volume_status, "conversion": conversion}
