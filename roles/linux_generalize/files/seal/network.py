# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether a clone will have a network: it gets other hardware addresses than this machine, and its IP addresses by DHCP.

Every format in which a network can be configured has a reader here that turns a file into settings. Files that the finalizer removes do
not count, and neither do settings of virtual devices, such as the bridge of a container engine.
"""

from __future__ import annotations

import base64
import binascii
import configparser
import glob
import ipaddress
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import cloud_init
from machine import Machine
from removed_files import connections_with_secrets, is_removed
from report import BLOCK, WARN, Check, Finding
from system import read

STATIC, HARDWARE, DYNAMIC = "static", "hardware", "dynamic"
MAC = re.compile(r"^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$", re.IGNORECASE)
WORD_OF_DEVICES = re.compile(r"(eth|en|em|net|lan|wan|p\d+p)[a-zA-Z]?\d")
"""Names that systems give to network cards."""
SOURCE = "https://learn.microsoft.com/en-us/azure/virtual-machines/linux/create-upload-generic"


class Setting(NamedTuple):
    """A setting of a device: a fixed address, a binding to a hardware address, or DHCP."""

    kind: str
    what: str


def is_real(name: str) -> bool:
    """Whether a name, or a pattern of names, is that of a network card, or of a device on top of one, such as a bond."""
    if WORD_OF_DEVICES.match(name) or any(sign in name for sign in "*?["):
        return True
    path = f"/sys/class/net/{name}"
    return os.path.exists(f"{path}/device") or any(is_real(lower) for lower in names_below(path))


def names_below(path: str) -> list[str]:
    """The devices under a network device of the kernel's list."""
    return [os.path.basename(link).split("_", 1)[1] for link in glob.glob(f"{path}/lower_*")]


def fixed(addresses: Iterable[Any]) -> list[str]:
    """Those of the addresses that belong to one machine; any machine may have those of the loopback and of a link."""
    return [text for text in map(str, addresses) if not is_common(text.split("/")[0])]


def is_common(text: str) -> bool:
    """Whether an address is the same on many machines."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_loopback or address.is_link_local or address.is_unspecified


def interfaces_file(path: str, text: str) -> Iterator[Setting]:
    """/etc/network/interfaces of ifupdown."""
    device = ""
    for line in text.replace("\\\n", " ").splitlines():
        words = line.split("#")[0].split()
        if words[:1] == ["iface"] and len(words) > 3:
            device = words[1]
            if words[3] == "dhcp" and is_real(device):
                yield Setting(DYNAMIC, device)
        elif words[:1] in (["auto"], ["source"], ["mapping"]) or words[:1] and words[0].startswith("allow-"):
            device = ""
        elif device and is_real(device):
            if words[:1] == ["address"] and fixed(words[1:2]):
                yield Setting(STATIC, f"{device} has the address {words[1]}")
            elif words[:1] and words[0] in ("up", "pre-up", "post-up") and re.search(r"\baddr(ess)? add\b|\bifconfig\b", line):
                yield Setting(STATIC, f"a command gives {device} an address")
            elif words[:1] == ["hwaddress"]:
                yield Setting(HARDWARE, f"{device} is given the hardware address {words[-1]}")


def sections(text: str) -> Iterator[tuple[str, str, str]]:
    """Section, key and value of each line of a file of systemd, in which both can be repeated."""
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip().strip("[]")
        elif "=" in line and not line.startswith(("#", ";")):
            key, value = line.split("=", 1)
            yield section, key.strip(), value.strip()


def networkd_file(path: str, text: str) -> Iterator[Setting]:
    """A .network or .link file of systemd."""
    rows = list(sections(text))
    macs = [value for section, key, value in rows if section == "Match" and key in ("MACAddress", "PermanentMACAddress")]
    names = [name for section, key, value in rows if section == "Match" and key == "Name" for name in value.split()]
    if names and not any(map(is_real, names)):
        return
    device = names[0] if names else "a device"
    yield from (Setting(HARDWARE, f"it holds only for the hardware address {mac}") for mac in macs)
    for section, key, value in rows:
        if (section, key) in (("Network", "Address"), ("Address", "Address")) and fixed([value]):
            yield Setting(STATIC, f"{device} has the address {value}")
        elif (section, key) == ("Link", "MACAddress"):
            yield Setting(HARDWARE, f"{device} is given the hardware address {value}")
        elif (section, key) == ("Network", "DHCP") and value.lower() not in ("no", "false", "0", "off") and not macs:
            yield Setting(DYNAMIC, device)


def connection_file(path: str, text: str) -> Iterator[Setting]:
    """A connection of NetworkManager."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    parser.read_string(text)
    get = partial(parser.get, fallback="")
    kind, device = get("connection", "type"), get("connection", "interface-name")
    if kind not in ("ethernet", "802-3-ethernet", "vlan", "bond", "bridge", "team") or device and not is_real(device):
        return
    values = [get(name, key) for name in ("ethernet", "802-3-ethernet") for key in ("mac-address", "cloned-mac-address")]
    macs = [value for value in values if MAC.match(value)]
    yield from (Setting(HARDWARE, f"it holds only for the hardware address {mac}") for mac in macs)
    for family in ("ipv4", "ipv6"):
        rows = parser.items(family) if parser.has_section(family) else []
        addresses = fixed(value.split(",")[0] for key, value in rows if re.match(r"address(es)?\d*$", key))
        yield from (Setting(STATIC, f"{device or 'a device'} has the address {address}") for address in addresses)
        if get(family, "method") in ("auto", "dhcp") and not macs:
            yield Setting(DYNAMIC, device or "any device")


def ifcfg_file(path: str, text: str) -> Iterator[Setting]:
    """A file of the network scripts of Red Hat, or of wicked of SUSE."""
    values = dict(word.split("=", 1) for word in shlex.split(text, comments=True) if "=" in word)
    device = values.get("DEVICE") or os.path.basename(path).split("-", 1)[1]
    if not is_real(device) or values.get("ONBOOT", "").lower() in ("no", "false") or values.get("STARTMODE") in ("off", "manual"):
        return
    macs = [values[key] for key in ("HWADDR", "MACADDR", "LLADDR") if values.get(key)]
    yield from (Setting(HARDWARE, f"{device} is bound to the hardware address {mac}") for mac in macs)
    addresses = fixed(value for key, value in values.items() if re.match(r"IPADDR|IPV6ADDR$", key) and value)
    yield from (Setting(STATIC, f"{device} has the address {address}") for address in addresses)
    if values.get("BOOTPROTO", "").lower().startswith(("dhcp", "bootp")) and not macs:
        yield Setting(DYNAMIC, device)


def udev_rules(path: str, text: str) -> Iterator[Setting]:
    """Rules of udev that name a network device by its hardware address."""
    for line in text.replace("\\\n", " ").splitlines():
        found = re.search(r'^[^#]*ATTRS?\{address\}=="([^"]*)".*\bNAME:?=', line)
        if found:
            yield Setting(HARDWARE, f"the device with the hardware address {found[1]} gets a name")


def dhcpcd_file(path: str, text: str) -> Iterator[Setting]:
    """/etc/dhcpcd.conf."""
    device = ""
    for line in text.splitlines():
        words = line.split("#")[0].split(None, 1)
        if words[:1] == ["interface"]:
            device = words[-1].strip()
        elif words[:1] == ["static"] and words[-1].startswith(("ip_address=", "ip6_address=")) and (not device or is_real(device)):
            yield Setting(STATIC, f"{device or 'any device'} has the address {words[-1].split('=')[1].strip()}")


def yaml_settings(network: Any) -> Iterator[Setting]:
    """The settings in netplan's format or in either version of cloud-init's own."""
    inner = network.get("network", network) if isinstance(network, dict) else {}
    if not isinstance(inner, dict):
        return
    for group in ("ethernets", "bonds", "bridges", "vlans"):
        devices = inner.get(group)
        for name, device in devices.items() if isinstance(devices, dict) else ():
            if isinstance(device, dict):
                yield from yaml_device(str(name), device)
    entries = inner.get("config")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("type") in ("physical", "bond", "bridge", "vlan"):
            yield from listed_device(entry)


def yaml_device(name: str, device: dict[str, Any]) -> Iterator[Setting]:
    """The settings of one device in netplan's format."""
    match = device.get("match") if isinstance(device.get("match"), dict) else None
    shown = str((match or {}).get("name") or device.get("set-name") or name)
    below = [str(lower) for lower in (*(device.get("interfaces") or ()), device.get("link")) if lower]
    if match is None and not any(map(is_real, [shown, *below])):
        return
    macs = [mac for mac in ((match or {}).get("macaddress"), device.get("macaddress")) if mac]
    yield from (Setting(HARDWARE, f"{shown} is bound to the hardware address {mac}") for mac in macs)
    addresses = (next(iter(entry), "") if isinstance(entry, dict) else entry for entry in device.get("addresses") or ())
    yield from (Setting(STATIC, f"{shown} has the address {address}") for address in fixed(addresses))
    if (cloud_init.is_true(device.get("dhcp4")) or cloud_init.is_true(device.get("dhcp6"))) and not macs:
        yield Setting(DYNAMIC, shown)


def listed_device(entry: dict[str, Any]) -> Iterator[Setting]:
    """The settings of one device in the first version of cloud-init's format."""
    name, mac = str(entry.get("name")), entry.get("mac_address")
    if mac:
        yield Setting(HARDWARE, f"{name} is bound to the hardware address {mac}")
    for subnet in entry.get("subnets") or ():
        if isinstance(subnet, dict) and fixed([subnet["address"]] if subnet.get("address") else []):
            yield Setting(STATIC, f"{name} has the address {subnet['address']}")
        elif isinstance(subnet, dict) and str(subnet.get("type")).startswith("dhcp") and not mac:
            yield Setting(DYNAMIC, name)


def arguments_of_kernel(text: str) -> Iterator[Setting]:
    """The settings in the kernel's arguments."""
    for word in text.split():
        found = re.match(r"ip=(\d+\.[\d.]+|\[[^\]]+\])", word)
        if found:
            yield Setting(STATIC, f"the first device has the address {found[1]}")
        elif word.startswith("ifname="):
            yield Setting(HARDWARE, f"{word} binds a name to a hardware address")


READERS: Sequence[tuple[Callable[[str, str], Iterator[Setting]], Sequence[str]]] = (
    (interfaces_file, ("/etc/network/interfaces", "/etc/network/interfaces.d/*")),
    (networkd_file, ("/etc/systemd/network/*.network", "/etc/systemd/network/*.link")),
    (connection_file, ("/etc/NetworkManager/system-connections/*", "/usr/lib/NetworkManager/system-connections/*")),
    (ifcfg_file, ("/etc/sysconfig/network-scripts/ifcfg-*", "/etc/sysconfig/network/ifcfg-*")),
    (udev_rules, ("/etc/udev/rules.d/*.rules",)),
    (dhcpcd_file, ("/etc/dhcpcd.conf",)),
)


def settings(machine: Machine) -> Iterator[tuple[str, Setting]]:
    """The settings of all files that stay in the image, each with its place."""
    secret = connections_with_secrets()
    for reader, patterns in READERS:
        for path in sorted(path for pattern in patterns for path in glob.glob(pattern) if os.path.isfile(path)):
            if path not in secret and not is_removed(path, machine.extra):
                yield from ((path, setting) for setting in reader(path, read(path)))
    yield from (("the kernel's arguments", setting) for setting in arguments_of_kernel(cloud_init.kernel_arguments()))
    known = cloud_init.configuration()
    for path, content in known.get("others", {}).items():
        if not is_removed(path, machine.extra):
            yield from ((path, setting) for setting in yaml_settings(content))
    if "network" in known.get("merged", {}):
        yield from ((cloud_init.place(known, "network"), setting) for setting in yaml_settings(known["merged"]["network"]))


def static_addresses(machine: Machine) -> Iterator[Finding]:
    """IP addresses that are written in a file."""
    return (Finding(f"{setting.what} in {place}") for place, setting in settings(machine) if setting.kind == STATIC)


def bound_hardware(machine: Machine) -> Iterator[Finding]:
    """Settings that hold for a network card of this machine only."""
    return (Finding(f"{setting.what} in {place}") for place, setting in settings(machine) if setting.kind == HARDWARE)


def disabled_network(machine: Machine) -> Iterator[Finding]:
    """Settings that keep cloud-init from configuring the network. That is well if a file that stays does so by DHCP for any card."""
    places = list(places_that_disable())
    dynamic = [place for place, setting in settings(machine) if setting.kind == DYNAMIC] if places else []
    for place in places:
        if dynamic:
            yield Finding(f"{place} keeps cloud-init from configuring the network, which {dynamic[0]} has to do", WARN)
        else:
            yield Finding(f"{place} keeps cloud-init from configuring the network, and no file that stays in the image does so", BLOCK)


def places_that_disable() -> Iterator[str]:
    """The settings that keep cloud-init from configuring the network."""
    known = cloud_init.configuration()
    if is_disabled(known.get("merged", {}).get("network")):
        place = cloud_init.place(known, "network")
        alone = known["files"].get(place) == {"network": {"config": "disabled"}}
        yield f"network: {{config: disabled}} in {place}{', which says nothing else,' if alone else ''}"
    for word in cloud_init.kernel_arguments().split():
        if word.startswith("network-config=") and "disabled" in decoded(word.split("=", 1)[1]):
            yield "network-config= of the kernel's arguments"


def decoded(text: str) -> str:
    """The text of a kernel argument, which may be in Base64."""
    try:
        return text if text == "disabled" else base64.b64decode(text).decode(errors="replace")
    except binascii.Error:
        return ""


def is_disabled(network: Any) -> bool:
    """Whether cloud-init takes a network configuration for none."""
    inner = network.get("network", network) if isinstance(network, dict) else None
    return isinstance(inner, dict) and inner.get("config") == "disabled"


CHECKS: Sequence[Check] = (
    Check(
        id="network_disabled",
        fine="cloud-init configures the network of a clone",
        why="a clone has another network card than this machine, for which no program would configure the network",
        mend="remove that setting",
        source="https://docs.cloud-init.io/en/latest/reference/network-config.html",
        look=disabled_network,
    ),
    Check(
        id="network_config",
        fine="no network setting is bound to a hardware address",
        why="a clone has other hardware addresses, so that the setting would not hold and its network would not start",
        mend="remove the hardware address from the setting, or the file",
        source=SOURCE,
        look=bound_hardware,
    ),
    Check(
        id="static_address",
        fine="no network card has a fixed address",
        why="Azure gives addresses by DHCP: a clone with the address of this machine could not be reached",
        mend="configure the device for DHCP, and set the address at the network interface in Azure",
        source="https://learn.microsoft.com/en-us/azure/virtual-network/ip-services/private-ip-addresses",
        look=static_addresses,
    ),
)
