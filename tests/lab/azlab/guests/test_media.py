"""The provisioning medium holds the OS profile."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from azlab.guests.platform.media import ovf_env, write_medium

from tests.support.guest_specs import SPEC

WA = "{http://schemas.microsoft.com/windowsazure}"
LINUX = f".//{WA}LinuxProvisioningConfigurationSet/{WA}"


def text(document: str, path: str) -> str | None:
    return ElementTree.fromstring(document).findtext(path)


@pytest.mark.parametrize(
    "element, expected",
    [
        ("HostName", "web-host"),
        ("UserName", "alice"),
        ("UserPassword", "P&ss<w>rd-1"),
        ("DisableSshPasswordAuthentication", "false"),
        ("CustomData", "I2Nsb3VkLWNvbmZpZwo="),
        (f"SSH/{WA}PublicKeys/{WA}PublicKey/{WA}Path", "/home/alice/.ssh/authorized_keys"),
        (f"SSH/{WA}PublicKeys/{WA}PublicKey/{WA}Value", SPEC.os_profile["sshKeys"][0]),
        (f"SSH/{WA}PublicKeys/{WA}PublicKey/{WA}Fingerprint", "3E7105E65A2C2ABC4BE7A72455BF4DFF"),
    ],
)
def test_the_document_holds_the_profile(element: str, expected: Any) -> None:
    assert text(ovf_env(SPEC.os_profile), LINUX + element) == expected


def test_elements_that_the_profile_lacks_are_left_out() -> None:
    document = ovf_env({"computerName": "h", "adminUsername": "u", "disablePasswordAuthentication": True, "adminPassword": None})
    assert text(document, LINUX + "DisableSshPasswordAuthentication") == "true"
    assert [text(document, LINUX + name) for name in ("UserPassword", "SSH", "CustomData")] == [None, None, None]


def test_the_medium_asks_for_the_agent() -> None:
    assert text(ovf_env(SPEC.os_profile), f".//{WA}ProvisionGuestAgent") == "true"


def test_the_medium_is_a_dvd_readable_only_by_its_owner(tmp_path: Path) -> None:
    iso = tmp_path / "media.iso"
    write_medium(SPEC.os_profile, iso)
    shown = subprocess.run(["isoinfo", "-i", iso, "-x", "/OVF_ENV.XML;1"], check=True, capture_output=True, text=True).stdout
    assert shown == ovf_env(SPEC.os_profile)
    assert b"NSR02" in iso.read_bytes()[: 1 << 20], "Azure's DVD is UDF"
    assert iso.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [iso]
