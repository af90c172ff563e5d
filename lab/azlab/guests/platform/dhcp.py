"""A DHCP server with one lease, which answers as Azure's does.

It sends the WireServer's address twice, as option 245 and as a route of option 121: the agent needs both to find it.
"""

from __future__ import annotations

import ipaddress
import socket
import struct

from azlab.guests.spec import GuestSpec

WIRE_SERVER = "168.63.129.16"
METADATA = "169.254.169.254"

_COOKIE = b"\x63\x82\x53\x63"
_HEADER = struct.Struct("!BBBB4sHH4s4s4s4s16s192s")
_DISCOVER, _OFFER, _REQUEST, _ACK, _NAK = 1, 2, 3, 5, 6
_MESSAGE_TYPE, _REQUESTED_ADDRESS, _SERVER_ID = 53, 50, 54
_FOREVER = b"\xff\xff\xff\xff"


def answer(packet: bytes, spec: GuestSpec) -> bytes | None:
    """The reply to a client's packet, or None if it needs no reply."""
    if len(packet) < 240 or packet[0] != 1 or packet[236:240] != _COOKIE:
        return None
    options = parse_options(packet[240:])
    asked = options.get(_MESSAGE_TYPE, b"\0")[0]
    if asked not in (_DISCOVER, _REQUEST) or options.get(_SERVER_ID, _ip(WIRE_SERVER)) != _ip(WIRE_SERVER):
        return None
    wanted = options.get(_REQUESTED_ADDRESS) or packet[12:16]
    if asked == _REQUEST and wanted not in (_ip(spec.private_ip), b"\0\0\0\0"):
        return _reply(packet, b"\0\0\0\0", _option(_MESSAGE_TYPE, bytes([_NAK])) + _option(_SERVER_ID, _ip(WIRE_SERVER)))
    kind = _OFFER if asked == _DISCOVER else _ACK
    return _reply(packet, _ip(spec.private_ip), _option(_MESSAGE_TYPE, bytes([kind])) + _lease(spec))


def parse_options(data: bytes) -> dict[int, bytes]:
    """The options of a packet, by code."""
    options, at = {}, 0
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        length = data[at + 1]
        options[data[at]] = data[at + 2 : at + 2 + length]
        at += 2 + length
    return options


def serve(device: str, spec: GuestSpec) -> None:
    """Answer requests on one network device, forever."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + b"\0")
        server.bind(("", 67))
        while True:
            reply = answer(server.recv(2048), spec)
            if reply is not None:
                server.sendto(reply, ("255.255.255.255", 68))


def _lease(spec: GuestSpec) -> bytes:
    gateway, wire = _ip(spec.gateway), _ip(WIRE_SERVER)
    routes = b"\x00" + gateway + b"\x20" + wire + gateway + b"\x20" + _ip(METADATA) + gateway
    return b"".join(
        (
            _option(_SERVER_ID, wire),
            _option(51, _FOREVER),
            _option(58, _FOREVER),
            _option(59, _FOREVER),
            _option(1, spec.network.netmask.packed),
            _option(3, gateway),
            _option(6, wire),
            _option(15, b"internal.cloudapp.net"),
            _option(121, routes),
            _option(245, wire),
        )
    )


def _reply(packet: bytes, address: bytes, options: bytes) -> bytes:
    """A BOOTREPLY for the transaction and hardware address of a packet, to be broadcast."""
    unset = b"\0\0\0\0"
    header = _HEADER.pack(2, 1, 6, 0, packet[4:8], 0, 0x8000, unset, address, _ip(WIRE_SERVER), unset, packet[28:44], b"")
    return header + _COOKIE + options + b"\xff"


def _option(code: int, value: bytes) -> bytes:
    return bytes([code, len(value)]) + value


def _ip(address: str) -> bytes:
    return ipaddress.IPv4Address(address).packed
