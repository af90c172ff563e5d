"""The provisioning medium: the DVD with ovf-env.xml that Azure attaches to a new VM."""

from __future__ import annotations

import base64
import binascii
import hashlib
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

_ENVIRONMENT = """<?xml version="1.0" encoding="utf-8"?>
<Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:wa="http://schemas.microsoft.com/windowsazure"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <wa:ProvisioningSection>
    <wa:Version>1.0</wa:Version>
    <wa:LinuxProvisioningConfigurationSet>
      <wa:ConfigurationSetType>LinuxProvisioningConfiguration</wa:ConfigurationSetType>
{profile}
    </wa:LinuxProvisioningConfigurationSet>
  </wa:ProvisioningSection>
  <wa:PlatformSettingsSection>
    <wa:Version>1.0</wa:Version>
    <wa:PlatformSettings>
      <wa:KmsServerHostname>azkms.core.windows.net</wa:KmsServerHostname>
      <wa:ProvisionGuestAgent>true</wa:ProvisionGuestAgent>
      <wa:GuestAgentPackageName xsi:nil="true"/>
      <wa:PreprovisionedVm>false</wa:PreprovisionedVm>
    </wa:PlatformSettings>
  </wa:PlatformSettingsSection>
</Environment>
"""


def ovf_env(profile: Mapping[str, Any]) -> str:
    """The text of ovf-env.xml for an osProfile: host name, user, password, SSH keys and custom data."""
    user = profile["adminUsername"]
    elements = [_element("HostName", profile["computerName"]), _element("UserName", user)]
    if profile.get("adminPassword"):
        elements.append(_element("UserPassword", profile["adminPassword"]))
    disabled = profile.get("disablePasswordAuthentication", False)
    elements.append(_element("DisableSshPasswordAuthentication", "true" if disabled else "false"))
    keys = "".join(_public_key(user, key) for key in profile.get("sshKeys") or ())
    if keys:
        elements.append(f"<wa:SSH><wa:PublicKeys>{keys}</wa:PublicKeys></wa:SSH>")
    if profile.get("customData"):
        elements.append(_element("CustomData", profile["customData"]))
    return _ENVIRONMENT.format(profile="\n".join(f"      {element}" for element in elements))


def write_medium(profile: Mapping[str, Any], iso: Path) -> None:
    """Write the DVD image, a UDF bridge like Azure's, readable only by its owner."""
    iso.parent.mkdir(parents=True, exist_ok=True)
    iso.touch(mode=0o600)
    with tempfile.TemporaryDirectory(dir=iso.parent, prefix="media-") as folder:
        Path(folder, "ovf-env.xml").write_text(ovf_env(profile))
        command = ["genisoimage", "-quiet", "-udf", "-V", "rd_rdfe_stable", "-o", str(iso), folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _element(name: str, text: str) -> str:
    return f"<wa:{name}>{escape(text)}</wa:{name}>"


def _public_key(user: str, key: str) -> str:
    parts = (("Fingerprint", _fingerprint(key)), ("Path", f"/home/{user}/.ssh/authorized_keys"), ("Value", key.strip()))
    return f"<wa:PublicKey>{''.join(_element(name, text) for name, text in parts)}</wa:PublicKey>"


def _fingerprint(key: str) -> str:
    """The MD5 fingerprint of an OpenSSH public key, without colons; of the text itself if it is not such a key."""
    try:
        body = base64.b64decode(key.split()[1], validate=True)
    except (IndexError, binascii.Error):
        body = key.encode()
    return hashlib.md5(body, usedforsecurity=False).hexdigest().upper()
