"""The VHD footer, and Azure's errors about wrong ones."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path

import pytest
from azlab.storage import vhd

MIB = 1 << 20
URL = "https://127.0.0.1:1/md1/d-1/abcd"


@pytest.mark.parametrize(
    ("size", "geometry"),
    [
        (20 * MIB, (602, 4, 17)),
        (64 * MIB, (963, 8, 17)),
        (2 << 30, (4161, 16, 63)),
        (127 << 30, (65278, 16, 255)),
        (4 << 40, (65535, 16, 255)),
    ],
)
def test_geometry_follows_the_specification(size: int, geometry: tuple[int, int, int]) -> None:
    assert vhd.geometry(size) == geometry


@pytest.mark.parametrize("mib", [20, 64, 2048, 30 * 1024, 1024 * 1024])
def test_qemu_reads_the_footer(tmp_path: Path, mib: int) -> None:
    path = tmp_path / "disk.vhd"
    with path.open("wb") as file:
        file.truncate(mib * MIB)
        file.seek(0, 2)
        file.write(vhd.pack(mib * MIB))
    seen = json.loads(subprocess.check_output(["qemu-img", "info", "-f", "vpc", "--output=json", path]))
    assert seen["virtual-size"] == mib * MIB


def test_the_footer_of_a_disk_is_valid_for_that_disk_only() -> None:
    footer = vhd.pack(64 * MIB)
    assert len(footer) == 512
    assert vhd.is_valid(footer, 64 * MIB)
    assert not vhd.is_valid(footer, 65 * MIB)
    assert not vhd.is_valid(footer[:100] + b"x" + footer[101:], 64 * MIB)
    vhd.check(footer, 64 * MIB, URL)


def changed(offset: int, form: str, value: int) -> bytes:
    footer = bytearray(vhd.pack(64 * MIB))
    struct.pack_into(form, footer, offset, value)
    return bytes(footer)


@pytest.mark.parametrize(
    ("footer", "text"),
    [
        (
            bytes(512),
            "The specified cookie value in VHD footer indicates that disk 'abcd' with blob https://127.0.0.1:1/md1/d-1/abcd is not a"
            " supported VHD. Disk is expected to have cookie value 'conectix'.",
        ),
        (changed(60, ">I", 3), f"Disk 'abcd' with blob {URL} is of Dynamic VHD type. Please retry with fixed VHD type."),
        (changed(60, ">I", 4), f"Disk 'abcd' with blob {URL} is of Differencing VHD type. Please retry with fixed VHD type."),
        (
            changed(48, ">Q", 64 * MIB + 512),
            f"The VHD {URL} has an unsupported virtual size of 67109376 bytes. The size must be a whole number (in MBs).",
        ),
        (
            changed(48, ">Q", 63 * MIB),
            f"The VHD footer of disk 'abcd' with blob {URL} has a virtual size of 66060288 bytes,"
            " but the blob holds 67108864 bytes before its footer.",
        ),
    ],
    ids=["no cookie", "dynamic", "differencing", "not a whole number of MiB", "not the blob's size"],
)
def test_wrong_footers_are_refused_with_azures_texts(footer: bytes, text: str) -> None:
    with pytest.raises(vhd.VhdRefused) as refused:
        vhd.check(footer, 64 * MIB, URL)
    assert (refused.value.code, refused.value.message) == ("InvalidVhd", text)
