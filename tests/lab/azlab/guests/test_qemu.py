"""The command line of QEMU."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from azlab.guests.run import qemu
from azlab.guests.spec import Home

from tests.support.guest_specs import SPEC, machine


@pytest.fixture
def words(home: Home) -> Callable[..., list[str]]:
    return lambda **changes: qemu.command(machine(**changes), home)


def after(words: list[str], option: str) -> list[str]:
    return [value for name, value in zip(words, words[1:], strict=False) if name == option]


def test_gen1_is_bios_and_gen2_is_uefi(words: Callable[..., list[str]]) -> None:
    assert after(words(generation="V1"), "-machine") == ["pc"]
    assert after(words(generation="V2"), "-machine") == ["q35"]
    firmware = [drive for drive in after(words(generation="V2"), "-drive") if drive.startswith("if=pflash")]
    assert [drive.endswith(("OVMF_CODE_4M.fd", "file=efivars.fd")) for drive in firmware] == [True, True]
    assert not [drive for drive in after(words(generation="V1"), "-drive") if drive.startswith("if=pflash")]


def test_data_disks_are_at_their_luns(words: Callable[..., list[str]]) -> None:
    devices = [each for each in after(words(), "-device") if each.startswith("scsi-hd")]
    assert devices == [
        "scsi-hd,drive=os0,bus=os.0,lun=0,bootindex=0",
        "scsi-hd,drive=data0,bus=data.0,channel=0,scsi-id=0,lun=0",
        "scsi-hd,drive=data5,bus=data.0,channel=0,scsi-id=0,lun=5",
    ]


def test_discarded_and_zeroed_space_becomes_holes(words: Callable[..., list[str]]) -> None:
    disks = [each for each in after(words(), "-drive") if ".raw" in each]
    assert len(disks) == 3
    assert all("discard=unmap" in each and "detect-zeroes=unmap" in each and "format=raw" in each for each in disks)


@pytest.mark.parametrize("provision", [True, False])
def test_the_dvd_is_attached_only_for_provisioning(words: Callable[..., list[str]], provision: bool) -> None:
    assert any("provisioning.iso" in word for word in words(provision=provision)) is provision


def test_the_firmware_tables_are_those_of_hyper_v(words: Callable[..., list[str]]) -> None:
    firmware = after(words(), "-smbios")
    assert any("asset=7783-7084-3265-9085-8269-3286-77" in each for each in firmware)
    assert any("product=Virtual Machine" in each and f"uuid={SPEC.vm_id}" in each for each in firmware)
    assert after(words(), "-cpu")[0].startswith("max,-hypervisor,")


QEMU_7 = frozenset({"erms", "fsrm", "la57", "pku", "smap", "smep", "umip", "hypervisor", "avx2"})
QEMU_10 = QEMU_7 | {"fsrc", "fsrs", "fzrm"}


@pytest.mark.parametrize("known", [QEMU_7, QEMU_10], ids=["QEMU 7.2", "QEMU 10"])
def test_features_that_imply_erms_are_switched_off_with_it(
    words: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, known: set[str]
) -> None:
    monkeypatch.setattr(qemu, "_known_features", lambda: known)
    model, *features = after(words(), "-cpu")[0].split(",")
    assert model == "max"
    assert {feature.removeprefix("-") for feature in features} == known - {"avx2"}


def test_this_hosts_qemu_accepts_the_processor_model(words: Callable[..., list[str]]) -> None:
    model = after(words(), "-cpu")[0]
    done = subprocess.run(
        ["qemu-system-x86_64", "-accel", "tcg", "-cpu", model, "-nodefaults", "-display", "none", "-S", "-monitor", "stdio"],
        input="quit\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_gen1_firmware_shows_the_id_in_its_own_byte_order() -> None:
    assert qemu.smbios_uuid(machine(generation="V2")) == "3f0c6f2e-6c1b-4f3e-9a55-0d1c2b3a4f55"
    assert qemu.smbios_uuid(machine(generation="V1")) == "2e6f0c3f-1b6c-3e4f-9a55-0d1c2b3a4f55"


def test_no_secret_is_on_the_command_line(words: Callable[..., list[str]]) -> None:
    assert not [word for word in words() if SPEC.os_profile["adminPassword"] in word]


@pytest.mark.parametrize(("said", "host", "given"), [("", 1, "1"), ("", 8, "2"), ("1", 8, "1")])
def test_a_guest_has_the_given_number_of_processors(
    words: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, said: str, host: int, given: str
) -> None:
    monkeypatch.setenv("AZLAB_GUEST_PROCESSORS", said)
    monkeypatch.setattr(qemu.os, "cpu_count", lambda: host)
    assert after(words(), "-smp") == [given]


@pytest.mark.parametrize("said", ["two", "0", "-1"])
def test_an_invalid_number_of_processors_is_refused(words: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("AZLAB_GUEST_PROCESSORS", said)
    with pytest.raises(ValueError, match=f"AZLAB_GUEST_PROCESSORS must be a number .* not '{said}'"):
        words()
