# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest that is prepared for Azure, and one way to spoil it for each step that Microsoft documents, with the state that mends it.

The table is written from Microsoft's page by hand, not from the data of the role, and the state is read from the JSON of the guest.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.yaml import yaml_load

from tests.support.tree import ROOT
from tests.support.windows.guest import Guest
from tests.support.windows.registry import full_path, typed

CONTROL = r"HKLM:\SYSTEM\CurrentControlSet\Control"
SERVER = rf"{CONTROL}\Terminal Server"
LISTENER = rf"{SERVER}\WinStations\RDP-Tcp"
POLICY = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
REMOVABLE = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices"
ENVIRONMENT = rf"{CONTROL}\Session Manager\Environment"
CRASH = rf"{CONTROL}\CrashControl"
DUMPS = r"HKLM:\SOFTWARE\Microsoft\Windows\Windows Error Reporting\LocalDumps"
CDROM = r"HKLM:\SYSTEM\CurrentControlSet\Services\cdrom"
CLOCK = rf"{CONTROL}\TimeZoneInformation"
WSMAN = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener"

BOOT_MANAGER = "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
LOADER = "{b1e3a2c4-0000-4000-8000-00000000c0de}"
CONSOLE = "{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}"
HIGH_PERFORMANCE = "8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c"
BALANCED = "381b4222-f694-41f0-9685-ff5bb260df2e"
AZURE = "168.63.129.16"
REMOTE_DESKTOP = "@FirewallAPI.dll,-28752"
REMOTE_MANAGEMENT = "@FirewallAPI.dll,-30267"
CAPABILITY = "Windows.Desktop.EMS-SAC.Tools~~~~0.0.1.0"

AUTOMATIC = ("BFE", "Dhcp", "Dnscache", "IKEEXT", "iphlpsvc", "nsi", "mpssvc", "RemoteRegistry", "w32time", "sacsvr")
MANUAL = ("Netlogon", "Netman", "TermService", "WerSvc")


def rows_of_the_role() -> list[dict[str, Any]]:
    """The rows of windows_prepare: which ids there are, and what they say of themselves."""
    files = sorted((ROOT / "roles" / "windows_prepare" / "vars" / "main").glob("*.yml"))
    tables = [table for file in files if file.stem != "main" for table in yaml_load(file.read_text()).values()]
    return [row for table in tables for row in table]


def element(identifier: str, number: str) -> str:
    """The key of an element of the boot configuration."""
    return rf"HKLM:\BCD00000000\Objects\{identifier}\Elements\{number}"


def _binary(*numbers: int) -> dict[str, Any]:
    return {"type": "Binary", "value": list(numbers)}


def _integer(number: int) -> dict[str, Any]:
    return _binary(*number.to_bytes(8, "little"))


def _expand(text: str) -> dict[str, Any]:
    return {"type": "ExpandString", "value": text}


def prepared() -> dict[str, Any]:
    """The JSON of a server that needs no change."""
    return {
        "name": "win-01",
        "platform": "azure",
        "registry": _registry(),
        "files": {r"C:\Windows\Temp": None, r"C:\Windows\Logs\CBS\CBS.log": "[SR] Verify complete\n"},
        "features": [],
        "services": {
            **{name: {"status": "Running", "start": "Automatic"} for name in (*AUTOMATIC, "WinRM", "WindowsAzureGuestAgent")},
            **{name: {"status": "Stopped", "start": "Manual"} for name in MANUAL},
            "TermService": {"status": "Running", "start": "Manual", "pid": 900},
        },
        "commands": {
            "Get-CimInstance": {"Win32_OperatingSystem": {"ProductType": 3}},
            "winhttp_proxy": {"proxy": None, "bypass": []},
            "routes": [],
            "storage": {"new_disk_policy": "OnlineAll", "health": {"C": "Healthy"}},
            "powercfg": {"active": HIGH_PERFORMANCE, "timeouts": {HIGH_PERFORMANCE: 0}},
            "capabilities": {CAPABILITY: "Installed"},
            "sfc": {"damaged": [], "lost": []},
            "winmgmt": 0,
            "connections": [{"LocalPort": 3389, "State": "Listen", "OwningProcess": 900}],
            "firewall": {"profiles": {"Domain": True, "Private": True, "Public": True}, "rules": _rules()},
            "bcdedit": {"entries": {BOOT_MANAGER: {"integrityservices": "Enable"}, LOADER: _loader()}},
            "packages": {"goldenimage_azure_agent.msi": {"service": "WindowsAzureGuestAgent"}},
        },
    }


def _loader() -> dict[str, str]:
    return {"device": "partition=C:", "integrityservices": "Enable", "osdevice": "partition=C:"}


def _rules() -> list[dict[str, str]]:
    azure = {"DisplayName": "AzurePlatform", "Enabled": "True", "Action": "Allow", "Profile": "Any", "RemoteAddress": AZURE}
    return [
        {"Name": "RemoteDesktop-UserMode-In-TCP", "Group": REMOTE_DESKTOP, "Enabled": "True", "Direction": "Inbound"},
        {"Name": "RemoteDesktop-UserMode-In-UDP", "Group": REMOTE_DESKTOP, "Enabled": "True", "Direction": "Inbound"},
        {"Name": "WINRM-HTTP-In-TCP", "Group": REMOTE_MANAGEMENT, "Enabled": "True", "Direction": "Inbound"},
        {"Name": "FPS-ICMP4-ERQ-In", "Group": "@FirewallAPI.dll,-28502", "Enabled": "True", "Direction": "Inbound"},
        {"Name": "{1}", "Direction": "Inbound", "EdgeTraversalPolicy": "Allow", **azure},
        {"Name": "{2}", "Direction": "Outbound", "EdgeTraversalPolicy": "Block", **azure},
    ]


def _registry() -> dict[str, Any]:
    default = {"type": "String", "value": LOADER}
    return {
        CDROM: {"Start": 1},
        CLOCK: {"RealTimeIsUniversal": 1},
        ENVIRONMENT: {"TEMP": _expand(r"%SystemRoot%\TEMP"), "TMP": _expand(r"%SystemRoot%\TEMP")},
        SERVER: {"fDenyTSConnections": 0},
        LISTENER: {
            "PortNumber": 3389,
            "LanAdapter": 0,
            "UserAuthentication": 1,
            "KeepAliveTimeout": 1,
            "fInheritReconnectSame": 1,
            "fReconnectSame": 0,
            "MaxInstanceCount": {"type": "DWord", "value": -1},
        },
        CRASH: {"CrashDumpEnabled": 2, "DumpFile": _expand(r"%SystemRoot%\MEMORY.DMP"), "NMICrashDump": 1},
        DUMPS: {"DumpFolder": _expand(r"C:\CrashDumps"), "CrashCount": 10, "DumpType": 2},
        rf"{WSMAN}\*+HTTP": {},
        r"HKLM:\SYSTEM\CurrentControlSet\Services\AFD": {"Group": "PNP_TDI"},
        element(BOOT_MANAGER, "23000003"): {"Element": default},
        element(LOADER, "16000009"): {"Element": _binary(0)},
        element(LOADER, "250000e0"): {"Element": _integer(1)},
        element(BOOT_MANAGER, "26000020"): {"Element": _binary(1)},
        element(BOOT_MANAGER, "25000004"): {"Element": _integer(5)},
        element(BOOT_MANAGER, "16000020"): {"Element": _binary(1)},
        element(LOADER, "260000b0"): {"Element": _binary(1)},
        element(CONSOLE, "15000022"): {"Element": _integer(1)},
        element(CONSOLE, "15000023"): {"Element": _integer(115200)},
    }


@dataclass(frozen=True)
class Step:
    """One documented step: how a prepared guest is spoiled, how the state is read from the guest, and the state that is right."""

    spoil: Callable[[dict[str, Any]], None]
    read: Callable[[Guest], Any]
    right: Any


def _value(key: str, name: str, wrong: Any, right: Any, **others: Any) -> Step:
    def spoil(data: dict[str, Any]) -> None:
        values = data["registry"].setdefault(key, {})
        data["registry"][key] = {**others, **values, name: wrong}

    def read(guest: Guest) -> Any:
        found = guest.registry.value(key, name)
        return _normal(found)["value"] if found else None

    return Step(spoil, read, right)


def _typed(key: str, name: str, wrong: Any, text: str) -> Step:
    def spoil(data: dict[str, Any]) -> None:
        data["registry"].setdefault(key, {})[name] = wrong

    return Step(spoil, lambda guest: guest.registry.value(key, name), {"type": "ExpandString", "value": text})


def _policy(name: str, wrong: int, right: int) -> Step:
    return _value(POLICY, name, wrong, right, **{each: number for each, number in POLICIES.items() if each != name})


POLICIES = {"fDenyTSConnections": 0, "KeepAliveEnable": 1, "KeepAliveInterval": 1, "fDisableAutoReconnect": 0}


def _element(identifier: str, numbers: dict[str, int], wrong: list[int] | None) -> Step:
    """The right value of an integer or truth value, and the wrong bytes; None removes the element."""

    def spoil(data: dict[str, Any]) -> None:
        for number in numbers:
            del data["registry"][element(identifier, number)]
            if wrong is not None:
                data["registry"][element(identifier, number)] = {"Element": {"type": "Binary", "value": wrong}}

    def read(guest: Guest) -> dict[str, int]:
        bytes_of = {number: guest.registry.value(element(identifier, number), "Element") for number in numbers}
        return {number: int.from_bytes(bytes(found["value"]), "little") for number, found in bytes_of.items() if found}

    return Step(spoil, read, numbers)


def _entry(identifier: str, name: str, wrong: str, right: str) -> Step:
    def spoil(data: dict[str, Any]) -> None:
        data["commands"]["bcdedit"]["entries"][identifier][name] = wrong

    return Step(spoil, lambda guest: guest.data["commands"]["bcdedit"]["entries"][identifier][name], right)


def _service(name: str, wrong: str, right: str) -> Step:
    def spoil(data: dict[str, Any]) -> None:
        data["services"][name]["start"] = wrong

    return Step(spoil, lambda guest: guest.data["services"][name]["start"], right)


def _command(path: str, wrong: Any, right: Any) -> Step:
    """A value inside the section ``commands``, by the names on the way to it."""

    def parent(data: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = data["commands"]
        for part in path.split("/")[:-1]:
            found = found[part]
        return found

    def spoil(data: dict[str, Any]) -> None:
        parent(data)[path.split("/")[-1]] = deepcopy(wrong)

    return Step(spoil, lambda guest: parent(guest.data)[path.split("/")[-1]], right)


def _rule(name: str) -> Step:
    def spoil(data: dict[str, Any]) -> None:
        next(rule for rule in data["commands"]["firewall"]["rules"] if rule["Name"] == name)["Enabled"] = "False"

    def read(guest: Guest) -> str:
        return str(next(rule for rule in guest.data["commands"]["firewall"]["rules"] if rule["Name"] == name)["Enabled"])

    return Step(spoil, read, "True")


def _azure_rule(direction: str, edge: str) -> Step:
    """A rule for Azure's address that is missing; exactly one must be there afterwards."""

    def spoil(data: dict[str, Any]) -> None:
        rules = data["commands"]["firewall"]["rules"]
        rules[:] = [rule for rule in rules if (rule.get("RemoteAddress"), rule["Direction"]) != (AZURE, direction)]

    def read(guest: Guest) -> list[tuple[Any, ...]]:
        names = ("Enabled", "Action", "Profile", "EdgeTraversalPolicy")
        rules = guest.data["commands"]["firewall"]["rules"]
        return [
            tuple(rule[name] for name in names) for rule in rules if (rule.get("RemoteAddress"), rule["Direction"]) == (AZURE, direction)
        ]

    return Step(spoil, read, [("True", "Allow", "Any", edge)])


def _remote_management() -> Step:
    def spoil(data: dict[str, Any]) -> None:
        del data["registry"][rf"{WSMAN}\*+HTTP"]

    return Step(spoil, lambda guest: guest.registry.sub_keys(WSMAN), ["*+HTTP"])


def _capability() -> Step:
    def spoil(data: dict[str, Any]) -> None:
        data["commands"]["Get-CimInstance"]["Win32_OperatingSystem"]["ProductType"] = 1
        data["commands"]["capabilities"][CAPABILITY] = "NotPresent"
        data["features"] = None

    return Step(spoil, lambda guest: guest.data["commands"]["capabilities"][CAPABILITY], "Installed")


def _agent() -> Step:
    def spoil(data: dict[str, Any]) -> None:
        del data["services"]["WindowsAzureGuestAgent"]

    return Step(spoil, lambda guest: guest.data["services"].get("WindowsAzureGuestAgent", {}).get("start"), "Automatic")


STEPS: dict[str, Step] = {
    "system_files": _command("sfc/damaged", ["utilman.exe"], []),
    "dvd_drive": _value(CDROM, "Start", 4, 1),
    "removable_storage_policy": _value(REMOVABLE, "Deny_All", 1, None),
    "dvd_read_policy": _value(rf"{REMOVABLE}\{{53f56308-b6bf-11d0-94f2-00a0c91efb8b}}", "Deny_Read", 1, None),
    "utc_clock": _value(CLOCK, "RealTimeIsUniversal", 0, 1),
    "temp_folder": _typed(ENVIRONMENT, "TEMP", {"type": "ExpandString", "value": r"E:\temp"}, r"%SystemRoot%\TEMP"),
    "tmp_folder": _typed(ENVIRONMENT, "TMP", {"type": "String", "value": r"%SystemRoot%\TEMP"}, r"%SystemRoot%\TEMP"),
    "routes": _command("routes", [{"DestinationPrefix": "10.9.0.0/16", "NextHop": "10.0.0.254", "InterfaceIndex": 4}], []),
    "proxy": _command("winhttp_proxy", {"proxy": "old-proxy:3128", "bypass": []}, {"proxy": None, "bypass": []}),
    "san_policy": _command("storage/new_disk_policy", "OfflineShared", "OnlineAll"),
    "power_scheme": _command("powercfg/active", BALANCED, HIGH_PERFORMANCE),
    "display_timeout": _command(f"powercfg/timeouts/{HIGH_PERFORMANCE}", 600, 0),
    "console_capability": _capability(),
    "service_bfe": _service("BFE", "Manual", "Automatic"),
    "service_dhcp": _service("Dhcp", "Disabled", "Automatic"),
    "service_dnscache": _service("Dnscache", "Manual", "Automatic"),
    "service_ikeext": _service("IKEEXT", "Manual", "Automatic"),
    "service_iphlpsvc": _service("iphlpsvc", "Disabled", "Automatic"),
    "service_nsi": _service("nsi", "Manual", "Automatic"),
    "service_mpssvc": _service("mpssvc", "Disabled", "Automatic"),
    "service_remoteregistry": _service("RemoteRegistry", "Disabled", "Automatic"),
    "service_netlogon": _service("Netlogon", "Automatic", "Manual"),
    "service_netman": _service("Netman", "Disabled", "Manual"),
    "service_termservice": _service("TermService", "Disabled", "Manual"),
    "service_w32time": _service("w32time", "Manual", "Automatic"),
    "service_wersvc": _service("WerSvc", "Disabled", "Manual"),
    "service_sacsvr": _service("sacsvr", "Manual", "Automatic"),
    "rdp_connections": _value(SERVER, "fDenyTSConnections", 1, 0),
    "rdp_connections_policy": _policy("fDenyTSConnections", 1, 0),
    "rdp_port": _value(LISTENER, "PortNumber", 3390, 3389),
    "rdp_network_adapters": _value(LISTENER, "LanAdapter", 2, 0),
    "rdp_network_level_authentication": _value(LISTENER, "UserAuthentication", 0, 1),
    "rdp_keep_alive_policy": _policy("KeepAliveEnable", 0, 1),
    "rdp_keep_alive_interval_policy": _policy("KeepAliveInterval", 5, 1),
    "rdp_keep_alive": _value(LISTENER, "KeepAliveTimeout", 0, 1),
    "rdp_reconnect_policy": _policy("fDisableAutoReconnect", 1, 0),
    "rdp_inherit_reconnect": _value(LISTENER, "fInheritReconnectSame", 0, 1),
    "rdp_reconnect_same": _value(LISTENER, "fReconnectSame", 1, 0),
    "rdp_connection_limit": _value(LISTENER, "MaxInstanceCount", 2, 4294967295),
    "rdp_certificate": _value(LISTENER, "SSLCertificateSHA1Hash", {"type": "Binary", "value": [1, 2, 3]}, None),
    "firewall_domain": _command("firewall/profiles/Domain", False, True),
    "firewall_private": _command("firewall/profiles/Private", False, True),
    "firewall_public": _command("firewall/profiles/Public", False, True),
    "remote_management": _remote_management(),
    "rule_remote_desktop": _rule("RemoteDesktop-UserMode-In-UDP"),
    "rule_ping": _rule("FPS-ICMP4-ERQ-In"),
    "rule_azure_inbound": _azure_rule("Inbound", "Allow"),
    "rule_azure_outbound": _azure_rule("Outbound", "Block"),
    "boot_manager_integrity": _entry(BOOT_MANAGER, "integrityservices", "Disable", "Enable"),
    "boot_device": _entry(LOADER, "device", "partition=D:", "partition=C:"),
    "boot_integrity": _entry(LOADER, "integrityservices", "Disable", "Enable"),
    "boot_recovery": _element(LOADER, {"16000009": 0}, [1]),
    "boot_system_device": _entry(LOADER, "osdevice", "partition=D:", "partition=C:"),
    "boot_status_policy": _element(LOADER, {"250000e0": 1}, None),
    "boot_menu": _element(BOOT_MANAGER, {"26000020": 1}, [0]),
    "boot_menu_timeout": _element(BOOT_MANAGER, {"25000004": 5}, [30, 0, 0, 0, 0, 0, 0, 0]),
    "boot_manager_console": _element(BOOT_MANAGER, {"16000020": 1}, None),
    "boot_console": _element(LOADER, {"260000b0": 1}, [0]),
    "boot_console_settings": _element(CONSOLE, {"15000022": 1, "15000023": 115200}, None),
    "crash_dump": _value(CRASH, "CrashDumpEnabled", 7, 2),
    "crash_dump_file": _typed(CRASH, "DumpFile", {"type": "ExpandString", "value": r"E:\MEMORY.DMP"}, r"%SystemRoot%\MEMORY.DMP"),
    "crash_dump_on_nmi": _value(CRASH, "NMICrashDump", 0, 1),
    "user_dump_folder": _typed(DUMPS, "DumpFolder", {"type": "ExpandString", "value": r"E:\dumps"}, r"C:\CrashDumps"),
    "user_dump_count": _value(DUMPS, "CrashCount", 1, 10),
    "user_dump_type": _value(DUMPS, "DumpType", 1, 2),
    "agent": _agent(),
}
"""The steps that the role carries out, by the ids of its rows."""


@dataclass(frozen=True)
class Checked:
    """One documented step that is only checked: how a prepared guest is spoiled, and what is said about it."""

    spoil: Callable[[dict[str, Any]], None]
    says: str


def _owned(data: dict[str, Any]) -> None:
    data["services"]["W3SVC"] = {"status": "Running", "start": "Automatic", "pid": 901}
    data["commands"]["connections"][0]["OwningProcess"] = 901


def _domain_controller(data: dict[str, Any]) -> None:
    data["commands"]["Get-CimInstance"]["Win32_OperatingSystem"]["ProductType"] = 2


CHECKED: dict[str, Checked] = {
    "disk_health": Checked(_command("storage/health/C", "Warning", None).spoil, "Warning"),
    "wmi_repository": Checked(_command("winmgmt", 1, None).spoil, "1 instead of 0"),
    "rdp_port_owner": Checked(_owned, "W3SVC"),
    "domain_controller": Checked(_domain_controller, "true instead of false"),
    "network_filters": Checked(_value(r"HKLM:\SYSTEM\CurrentControlSet\Services\avgtdi", "Group", "PNP_TDI", None).spoil, "avgtdi"),
    "pending_restart": Checked(
        _value(r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending", "1", 1, None).spoil, "servicing"
    ),
}
"""The steps that the role checks, by the ids of its rows."""

MANUAL_STEPS = (
    "integration_components",
    "disk_check",
    "local_administrator",
    "user_rights",
    "reachable_after_restart",
    "foreign_drivers",
    "updates",
    "page_file",
)
"""The ids of the rows that only a person can do."""


def state(guest: Guest) -> dict[str, Any]:
    """Everything in the JSON of a guest but its history, with the registry in one spelling."""
    keys = {full_path(key).lower(): values for key, values in guest.section("registry").items() if values and values != "denied"}
    registry = {key: {name.lower(): _normal(typed(value)) for name, value in values.items()} for key, values in keys.items()}
    return {**{name: value for name, value in guest.data.items() if name != "run"}, "registry": registry}


def _normal(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "value": value["value"] % (1 << 32)} if value["type"] == "DWord" else value
