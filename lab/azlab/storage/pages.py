"""The checks of Put Page: the range it names, and the digests of its body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from azure.storage.extensions.checksums import crc64

from azlab.storage import refusals

SECTOR = 512
LIMIT = 4 << 20
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


@dataclass(frozen=True)
class PageWrite:
    """One Put Page: the range from `start` to `end` (exclusive), which is written if `update` is true, and cleared otherwise."""

    start: int
    end: int
    update: bool

    @classmethod
    def parse(cls, headers: Mapping[str, str], blob_length: int) -> PageWrite:
        """The range of a request. Raises Refused, with Azure's answer, if it is not valid."""
        mode = headers.get("x-ms-page-write", "").lower()
        if not mode:
            raise refusals.MISSING_HEADER(HeaderName="x-ms-page-write")
        if mode not in ("update", "clear"):
            raise refusals.INVALID_HEADER(HeaderName="x-ms-page-write", HeaderValue=mode)
        length = content_length(headers)
        wanted = headers.get("x-ms-range") or headers.get("range")
        if wanted is None:
            raise refusals.MISSING_HEADER(HeaderName="x-ms-range")
        found = _RANGE.fullmatch(wanted)
        if found is None:
            raise refusals.INVALID_HEADER(HeaderName="x-ms-range", HeaderValue=wanted)
        start, end = int(found[1]), int(found[2]) + 1
        if mode == "clear" and length:
            raise refusals.INVALID_HEADER(HeaderName="Content-Length", HeaderValue=str(length))
        if mode == "update" and max(length, end - start) > LIMIT:
            raise refusals.TOO_LARGE(MaxLimit=str(LIMIT))
        if start % SECTOR or end % SECTOR or not start < end <= blob_length:
            raise refusals.INVALID_PAGE_RANGE()
        if mode == "update" and length != end - start:
            raise refusals.INVALID_PAGE_RANGE()
        return cls(start, end, mode == "update")


def content_length(headers: Mapping[str, str]) -> int:
    """The value of Content-Length. Raises Refused if it is missing."""
    value = headers.get("content-length")
    if value is None:
        raise refusals.LENGTH_REQUIRED()
    return int(value)


def check_digests(headers: Mapping[str, str], body: bytes) -> str:
    """Compare the body with the digests in the headers; returns its CRC64 in the form of the header. Raises Refused if they differ."""
    md5, crc = headers.get("content-md5"), headers.get("x-ms-content-crc64")
    if md5 is not None and crc is not None:
        raise refusals.BOTH_DIGESTS()
    if md5 is not None:
        _check_md5(md5, body)
    computed = crc64_of(body)
    if crc is not None and decoded(crc, 8) is None:
        raise refusals.INVALID_HEADER(HeaderName="x-ms-content-crc64", HeaderValue=crc)
    if crc is not None and crc != computed:
        raise refusals.CRC64_MISMATCH(UserSpecifiedCrc64=crc, ServerCalculatedCrc64=computed)
    return computed


def crc64_of(body: bytes) -> str:
    """The CRC64 of the storage service (CRC-64/NVME, polynomial 0x9A6C9329AC4BC9B5 reflected), little-endian, in base64."""
    return base64.b64encode(crc64.compute(body, 0).to_bytes(8, "little")).decode()


def _check_md5(sent: str, body: bytes) -> None:
    if decoded(sent, 16) is None:
        raise refusals.INVALID_MD5()
    computed = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    if sent != computed:
        raise refusals.MD5_MISMATCH(UserSpecifiedMd5=sent, ServerCalculatedMd5=computed)


def decoded(value: str, length: int) -> bytes | None:
    """The bytes of a base64 value, or None if it is not base64 or has another length."""
    try:
        raw = base64.b64decode(value, validate=True)
    except binascii.Error:
        return None
    return raw if len(raw) == length else None
