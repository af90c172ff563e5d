"""The footer of a fixed VHD: written, parsed, and checked as Azure checks it.

Layout: "Virtual Hard Disk Image Format Specification" 1.0, Microsoft 2006. A fixed VHD is the raw disk and these 512 bytes after it.
"""

from __future__ import annotations

import struct
import time
import uuid
from dataclasses import dataclass

from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE, Evidence

SIZE = 512
MIB = 1 << 20
FIXED, DYNAMIC, DIFFERENCING = 2, 3, 4
_COOKIE = b"conectix"
_FORMAT = struct.Struct(">8sIIQI4sI4sQQHBBII16sB")
_CHECKSUM_AT = 64
_EPOCH = 946684800  # 2000-01-01 UTC


class VhdRefused(Exception):
    """A VHD that Azure refuses, with Azure's own `code` and `message`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class VhdRefusal:
    """One error of Azure about a VHD; calling it with the blob's URL (without its SAS) and facts returns the exception to raise."""

    text: str
    evidence: Evidence
    code: str = "InvalidVhd"

    def __call__(self, url: str, **facts: object) -> VhdRefused:
        return VhdRefused(self.code, self.text.format(name=url.rsplit("/", 1)[-1], url=url, **facts))


# microsoft/AzureStorageExplorer 3663, 6654, 8800 (the code is InvalidVhd in the newer two)
NO_COOKIE = VhdRefusal(
    "The specified cookie value in VHD footer indicates that disk '{name}' with blob {url} is not a supported VHD."
    " Disk is expected to have cookie value 'conectix'.",
    ISSUE,
)
# flatcar/Flatcar 17, there with an image made from a blob
NOT_FIXED = VhdRefusal("Disk '{name}' with blob {url} is of {kind} VHD type. Please retry with fixed VHD type.", ISSUE)
# azure-compute-docs create-upload-generic, there with an image made from a blob
NOT_WHOLE = VhdRefusal(
    "The VHD {url} has an unsupported virtual size of {size} bytes. The size must be a whole number (in MBs).", DOCUMENTED
)
# That the sizes must agree is known from flatcar/azure-vhd-utils, diskstream.go; the text is not.
OTHER_SIZE = VhdRefusal(
    "The VHD footer of disk '{name}' with blob {url} has a virtual size of {size} bytes,"
    " but the blob holds {held} bytes before its footer.",
    ASSUMED,
)


@dataclass(frozen=True)
class Footer:
    """The fields of a footer that are checked."""

    cookie: bytes
    current_size: int
    disk_type: int
    checksum_valid: bool


def pack(disk_bytes: int, *, unique_id: uuid.UUID | None = None, now: float | None = None) -> bytes:
    """The footer of a fixed disk of `disk_bytes` bytes."""
    cylinders, heads, sectors = geometry(disk_bytes)
    footer = bytearray(SIZE)
    _FORMAT.pack_into(
        footer,
        0,
        _COOKIE,
        2,  # features: the bit that is always set
        0x00010000,
        0xFFFFFFFFFFFFFFFF,  # no dynamic header
        int((time.time() if now is None else now) - _EPOCH),
        b"win ",  # the creator that Hyper-V writes: for unknown creators, qemu takes the size from the geometry
        0x00010000,
        b"Wi2k",
        disk_bytes,
        disk_bytes,
        cylinders,
        heads,
        sectors,
        FIXED,
        0,
        (unique_id or uuid.uuid4()).bytes,
        0,
    )
    struct.pack_into(">I", footer, _CHECKSUM_AT, checksum(footer))
    return bytes(footer)


def parse(footer: bytes) -> Footer:
    """The fields of a footer; never raises for 512 bytes."""
    fields = _FORMAT.unpack_from(footer)
    return Footer(cookie=fields[0], current_size=fields[9], disk_type=fields[13], checksum_valid=fields[14] == checksum(footer))


def checksum(footer: bytes | bytearray) -> int:
    """One's complement of the sum of all bytes except the four of the checksum itself."""
    return ~(sum(footer) - sum(footer[_CHECKSUM_AT : _CHECKSUM_AT + 4])) & 0xFFFFFFFF


def geometry(disk_bytes: int) -> tuple[int, int, int]:
    """Cylinders, heads and sectors per track as the specification's appendix derives them from the size."""
    sectors = min(disk_bytes // 512, 65535 * 16 * 255)
    if sectors >= 65535 * 16 * 63:
        return sectors // 255 // 16, 16, 255
    tracks, per_track = sectors // 17, 17
    heads = max(-(-tracks // 1024), 4)
    if tracks >= heads * 1024 or heads > 16:
        tracks, per_track, heads = sectors // 31, 31, 16
    if tracks >= heads * 1024:
        tracks, per_track, heads = sectors // 63, 63, 16
    return tracks // heads, heads, per_track


def is_valid(footer: bytes, disk_bytes: int) -> bool:
    """Whether this is a valid footer for a fixed disk of `disk_bytes` bytes."""
    seen = parse(footer)
    return seen == Footer(cookie=_COOKIE, current_size=disk_bytes, disk_type=FIXED, checksum_valid=True)


def check(footer: bytes, disk_bytes: int, url: str) -> None:
    """Raise VhdRefused for a footer that Azure refuses when write access to an uploaded disk is revoked.

    `disk_bytes` is the size of the blob without its footer, `url` the URL of the blob without its SAS.
    """
    seen = parse(footer)
    if seen.cookie != _COOKIE:
        raise NO_COOKIE(url)
    if seen.disk_type != FIXED:
        raise NOT_FIXED(url, kind={DYNAMIC: "Dynamic", DIFFERENCING: "Differencing"}.get(seen.disk_type, "unknown"))
    if seen.current_size % MIB:
        raise NOT_WHOLE(url, size=seen.current_size)
    if seen.current_size != disk_bytes:
        raise OTHER_SIZE(url, size=seen.current_size, held=disk_bytes)
