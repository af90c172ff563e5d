# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The readers of network settings, each with the text of a file, and the checks of what they find."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
MACHINE = SimpleNamespace(extra=())
MAC = "00:0d:3a:00:00:01"

FILES = {
    "ifupdown, DHCP": ("interfaces_file", "auto eth0\niface eth0 inet dhcp\n", ["dynamic"]),
    "ifupdown, static": ("interfaces_file", "iface eth0 inet static\n  address 10.0.0.4/24\n  gateway 10.0.0.1\n", ["static"]),
    "ifupdown, loopback": ("interfaces_file", "auto lo\niface lo inet loopback\n  address 10.9.9.9\n", []),
    "ifupdown, bridge of containers": ("interfaces_file", "iface docker0 inet static\n  address 172.17.0.1/16\n", []),
    "ifupdown, by a command": ("interfaces_file", "iface eth0 inet manual\n  up ip addr add 10.0.0.4/24 dev eth0\n", ["static"]),
    "ifupdown, hardware address": ("interfaces_file", f"iface eth0 inet dhcp\n  hwaddress ether {MAC}\n", ["dynamic", "hardware"]),
    "ifupdown, commented out": ("interfaces_file", "# iface eth0 inet static\n#  address 10.0.0.4\n", []),
    "networkd, DHCP": ("networkd_file", "[Match]\nName=e*\n[Network]\nDHCP=yes\n", ["dynamic"]),
    "networkd, static": ("networkd_file", "[Match]\nName=eth0\n[Network]\nDNS=10.0.0.2\nAddress=10.0.0.4/24\n", ["static"]),
    "networkd, section of addresses": (
        "networkd_file", "[Match]\nName=eth0\n[Address]\nAddress=10.0.0.4/24\n[Address]\nAddress=fe80::1/64\n", ["static"],
    ),
    "networkd, hardware address": ("networkd_file", f"[Match]\nMACAddress={MAC}\n[Network]\nDHCP=yes\n", ["hardware"]),
    "networkd, name of a link": ("networkd_file", f"[Match]\nPermanentMACAddress={MAC}\n[Link]\nName=lan0\n", ["hardware"]),
    "networkd, no DHCP": ("networkd_file", "[Match]\nName=eth0\n[Network]\nDHCP=no\n", []),
    "NetworkManager, DHCP": ("connection_file", "[connection]\ntype=ethernet\n[ipv4]\nmethod=auto\n", ["dynamic"]),
    "NetworkManager, static": (
        "connection_file",
        "[connection]\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=manual\naddress1=10.0.0.4/24,10.0.0.1\n",
        ["static"],
    ),
    "NetworkManager, hardware address": (
        "connection_file", f"[connection]\ntype=ethernet\n[ethernet]\nmac-address={MAC.upper()}\n[ipv4]\nmethod=auto\n", ["hardware"],
    ),
    "NetworkManager, random hardware address": (
        "connection_file", "[connection]\ntype=ethernet\n[ethernet]\ncloned-mac-address=stable\n[ipv4]\nmethod=auto\n", ["dynamic"],
    ),
    "NetworkManager, WireGuard": (
        "connection_file", "[connection]\ntype=wireguard\ninterface-name=wg0\n[ipv4]\nmethod=manual\naddress1=10.9.0.1/24\n", [],
    ),
    "ifcfg, DHCP": ("ifcfg_file", "DEVICE=eth0\nBOOTPROTO=dhcp\nONBOOT=yes\n", ["dynamic"]),
    "ifcfg, static": ("ifcfg_file", "BOOTPROTO=none\nIPADDR0=10.0.0.4\nPREFIX=24\n", ["static"]),
    "ifcfg, hardware address": ("ifcfg_file", f"DEVICE=eth0\nBOOTPROTO=dhcp\nHWADDR={MAC}\n", ["hardware"]),
    "ifcfg, wicked": ("ifcfg_file", "BOOTPROTO='static'\nIPADDR='10.0.0.4/24'\nSTARTMODE='auto'\n", ["static"]),
    "ifcfg, not at the start": ("ifcfg_file", "BOOTPROTO=none\nIPADDR=10.0.0.4\nONBOOT=no\n", []),
    "udev": ("udev_rules", f'SUBSYSTEM=="net", ATTR{{address}}=="{MAC}", NAME="eth0"\n', ["hardware"]),
    "udev, commented out": ("udev_rules", f'# ATTR{{address}}=="{MAC}", NAME="eth0"\n', []),
    "udev, by driver": ("udev_rules", 'SUBSYSTEM=="net", DRIVERS=="hv_pci", ENV{NM_UNMANAGED}="1"\n', []),
    "dhcpcd": ("dhcpcd_file", "interface eth0\nstatic ip_address=10.0.0.4/24\n", ["static"]),
}  # fmt: skip

NETPLAN: dict[str, tuple[Any, list[str]]] = {
    "DHCP": ({"ethernets": {"eth0": {"dhcp4": True}}}, ["dynamic"]),
    "DHCP for any device": ({"ethernets": {"all": {"match": {"name": "e*"}, "dhcp4": "yes"}}}, ["dynamic"]),
    "hardware address": ({"ethernets": {"eth0": {"match": {"macaddress": MAC}, "set-name": "eth0", "dhcp4": True}}}, ["hardware"]),
    "static": ({"ethernets": {"eth0": {"dhcp4": False, "addresses": ["10.0.0.4/24"]}}}, ["static"]),
    "static with options": ({"ethernets": {"eth0": {"addresses": [{"10.0.0.4/24": {"lifetime": 0}}]}}}, ["static"]),
    "bridge on a card": ({"bridges": {"br0": {"interfaces": ["eth0"], "addresses": ["10.0.0.4/24"]}}}, ["static"]),
    "bridge on nothing": ({"bridges": {"virbr9": {"addresses": ["192.168.9.1/24"]}}}, []),
    "no dictionary": ([], []),
}


@pytest.fixture
def network(load: Load, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file network.py on a machine with the card eth0 and nothing else."""
    room = load("network")
    monkeypatch.setattr(room, "is_real", lambda name: name in ("eth0", "e*"))
    monkeypatch.setattr(room, "READERS", ())
    monkeypatch.setattr(load("cloud_init"), "kernel_arguments", lambda: "ro quiet")
    monkeypatch.setattr(load("cloud_init"), "configuration", lambda: {"merged": {}, "files": {}})
    return room


@pytest.mark.parametrize(("reader", "text", "kinds"), FILES.values(), ids=FILES)
def test_a_file_is_read(network: ModuleType, reader: str, text: str, kinds: list[str]) -> None:
    assert [setting.kind for setting in getattr(network, reader)("/etc/ifcfg-eth0", text)] == kinds


@pytest.mark.parametrize(("content", "kinds"), NETPLAN.values(), ids=NETPLAN)
def test_netplan_is_read(network: ModuleType, content: Any, kinds: list[str]) -> None:
    assert [setting.kind for setting in network.yaml_settings({"network": content} if content else content)] == kinds


@pytest.mark.parametrize(("text", "kinds"), [
    ("ro ip=dhcp", []), ("ro ip=10.0.0.4::10.0.0.1:255.255.255.0:web:eth0:none", ["static"]), (f"ifname=eth0:{MAC}", ["hardware"]),
])  # fmt: skip
def test_the_arguments_of_the_kernel_are_read(network: ModuleType, text: str, kinds: list[str]) -> None:
    assert [setting.kind for setting in network.arguments_of_kernel(text)] == kinds


def test_a_file_that_is_removed_does_not_count(network: ModuleType, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"network": {"ethernets": {"eth0": {"match": {"macaddress": MAC}, "dhcp4": True}}}}
    paths = ("/etc/netplan/50-cloud-init.yaml", "/etc/netplan/00-installer-config.yaml")
    monkeypatch.setattr(load("cloud_init"), "configuration", lambda: {"merged": {}, "files": {}, "others": dict.fromkeys(paths, content)})
    assert [finding.what for finding in network.bound_hardware(MACHINE)] == [f"eth0 is bound to the hardware address {MAC} in {paths[1]}"]


@pytest.mark.parametrize(
    ("files", "verdicts"), [({}, ["block"]), ({"interfaces": "iface eth0 inet dhcp\n"}, ["warn"])], ids=["nobody", "ifupdown"]
)
def test_a_disabled_network_blocks_unless_somebody_else_configures_it(
    network: ModuleType, load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: dict[str, str], verdicts: list[str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    known = {"merged": {"network": {"config": "disabled"}}, "files": {"/etc/cloud/cloud.cfg.d/99-x.cfg": {"network": {}}}}
    monkeypatch.setattr(load("cloud_init"), "configuration", lambda: known)
    monkeypatch.setattr(network, "READERS", ((network.interfaces_file, (f"{tmp_path}/*",)),))
    assert [finding.verdict for finding in network.disabled_network(MACHINE)] == verdicts


@pytest.mark.parametrize("argument", ["network-config=disabled", "network-config=e2NvbmZpZzogZGlzYWJsZWR9"])
def test_the_kernel_can_disable_the_network(network: ModuleType, load: Load, monkeypatch: pytest.MonkeyPatch, argument: str) -> None:
    monkeypatch.setattr(load("cloud_init"), "kernel_arguments", lambda: f"ro {argument}")
    assert [finding.verdict for finding in network.disabled_network(MACHINE)] == ["block"]


@pytest.mark.parametrize(
    ("name", "real"),
    [("eth0", True), ("ens3", True), ("enp0s3", True), ("en*", True), ("docker0", False), ("wg0", False), ("br-lan", False)],
)
def test_a_name_tells_whether_a_device_is_a_card(load: Load, monkeypatch: pytest.MonkeyPatch, name: str, real: bool) -> None:
    room = load("network")
    monkeypatch.setattr(room, "names_below", lambda path: [])
    assert room.is_real(name) is real


def test_a_bridge_on_a_card_is_as_real_as_the_card(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    room = load("network")
    monkeypatch.setattr(room, "names_below", lambda path: ["eth0"])
    assert room.is_real("br9")
