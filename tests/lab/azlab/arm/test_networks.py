"""Interfaces, subnets and addresses of virtual machines, and requests that Azure refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.bodies import vm_of_disk
from tests.support.lab_group import LabGroup
from tests.support.refusals import refused
from tests.support.running_lab import LOCATION, RunningLab, done


def put(lab_group: LabGroup, body: dict[str, Any], name: str = "vm") -> Any:
    """Create a VM."""
    return done(lab_group.compute.virtual_machines.begin_create_or_update(lab_group.name, name, body))


def test_a_second_vm_does_not_take_the_interface_of_the_first(lab: RunningLab, lab_group: LabGroup) -> None:
    vm = lab_group.vm()
    body = vm_of_disk(lab_group.os_disk("other").id, lab_group.subnet())
    refused(lambda: put(lab_group, body, "other"), "NicInUse", "is used by existing resource", 400)
    assert lab.arm("GET", vm.network_profile.network_interfaces[0].id).json()["properties"]["virtualMachine"]["id"] == vm.id


@pytest.mark.parametrize(
    "address, code, text",
    [
        ("10.1.0.4", "PrivateIPAddressNotInSubnet", "does not belong to the range of subnet prefix 10.0.0.0/24"),
        ("10.0.0.3", "PrivateIPAddressInReservedRange", "reserved IP range"),
        ("10.0.0.255", "PrivateIPAddressInReservedRange", "reserved IP range"),
        ("10.0.0.4", "PrivateIPAddressInUse", "already allocated to resource"),
        ("ten", "InvalidParameter", "'ten'"),
    ],
)
def test_a_static_address_must_be_in_the_subnet_and_free(lab: RunningLab, lab_group: LabGroup, address: str, code: str, text: str) -> None:
    lab_group.vm()
    body = vm_of_disk(lab_group.os_disk("other").id, lab_group.subnet())
    nic = body["properties"]["networkProfile"]["networkInterfaceConfigurations"][0]
    nic["name"] = "nic2"
    nic["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] = address
    refused(lambda: put(lab_group, body, "other"), code, text, 400)
    assert lab.arm("GET", lab_group.id("virtualMachines", "other")).status_code == 404
    assert lab.compute.disks.get(lab_group.name, "other").managed_by is None
    nic["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] = "10.0.0.9"
    made = put(lab_group, body, "other")
    shown = lab.arm("GET", made.network_profile.network_interfaces[0].id).json()
    assert shown["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] == "10.0.0.9"


def test_a_full_subnet_gives_no_address(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.subnet()
    root = f"resourceGroups/{lab_group.name}/providers/Microsoft.Network"
    small = f"{root}/virtualNetworks/net/subnets/small"
    lab.arm("PUT", small, {"properties": {"addressPrefix": "10.0.9.0/29"}}).raise_for_status()
    ip = {"name": "ip", "properties": {"subnet": {"id": f"/subscriptions/{lab.settings.subscription}/{small}"}}}
    body = {"location": LOCATION, "properties": {"ipConfigurations": [ip]}}
    answers = [lab.arm("PUT", f"{root}/networkInterfaces/n{number}", body) for number in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 400]
    assert answers[3].json()["error"]["code"] == "SubnetIsFull"
    assert lab.arm("GET", f"{root}/networkInterfaces/n3").status_code == 404


@pytest.mark.parametrize(
    "prefix, code", [("10.0.0.1/24", "InvalidCIDRNotation"), ("ten", "InvalidCIDRNotation"), ("10.9.0.0/24", "NetcfgInvalidSubnet")]
)
def test_a_subnet_must_be_in_its_network(lab: RunningLab, lab_group: LabGroup, prefix: str, code: str) -> None:
    root = f"resourceGroups/{lab_group.name}/providers/Microsoft.Network/virtualNetworks/net"
    subnets = [{"name": "default", "properties": {"addressPrefix": prefix}}]
    body = {"location": LOCATION, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}}
    answer = lab.arm("PUT", root, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert lab.arm("GET", root).status_code == 404


def test_a_subnet_in_use_is_not_deleted(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    root = f"resourceGroups/{lab_group.name}/providers/Microsoft.Network/virtualNetworks/net"
    for path in (root, f"{root}/subnets/default"):
        answer = lab.arm("DELETE", path)
        assert (answer.status_code, json.loads(answer.text)["error"]["code"]) == (400, "InUseSubnetCannotBeDeleted")
