"""One lease, with the two options by which the agent finds the platform."""

from __future__ import annotations

import ipaddress
import struct

from azlab.guests.platform.dhcp import answer, parse_options

from tests.support.guest_specs import machine

COOKIE = b"\x63\x82\x53\x63"
MAC = bytes.fromhex("000d3a112233")


def packet(kind: int, *options: bytes, transaction: bytes = b"abcd") -> bytes:
    header = struct.pack("!BBBB4s20s16s192s", 1, 1, 6, 0, transaction, b"", MAC, b"")
    return header + COOKIE + bytes([53, 1, kind]) + b"".join(options) + b"\xff"


def ip(address: str) -> bytes:
    return ipaddress.IPv4Address(address).packed


def test_a_discover_gets_an_offer_of_the_private_address() -> None:
    reply = answer(packet(1), machine())
    assert (reply[0], reply[4:8], reply[16:20], reply[28:34]) == (2, b"abcd", ip("10.1.0.4"), MAC)
    assert parse_options(reply[240:])[53] == b"\x02"


def test_the_lease_has_the_options_of_azures() -> None:
    options = parse_options(answer(packet(3, bytes([50, 4]) + ip("10.1.0.4")), machine())[240:])
    gateway, wire = ip("10.1.0.1"), ip("168.63.129.16")
    assert options[53] == b"\x05"
    assert (options[1], options[3], options[6], options[54], options[245]) == (ip("255.255.0.0"), gateway, wire, wire, wire)
    assert options[121] == b"\x00" + gateway + b"\x20" + wire + gateway + b"\x20" + ip("169.254.169.254") + gateway
    assert options[51] == b"\xff\xff\xff\xff"


def test_a_request_for_another_address_is_refused() -> None:
    options = parse_options(answer(packet(3, bytes([50, 4]) + ip("10.1.0.9")), machine())[240:])
    assert options[53] == b"\x06"


def test_packets_for_other_servers_are_ignored() -> None:
    other_server = packet(3, bytes([54, 4]) + ip("10.1.0.2"))
    release, reply = packet(7), b"\x02" + packet(1)[1:]
    assert [answer(each, machine()) for each in (other_server, release, reply, b"short")] == [None] * 4
