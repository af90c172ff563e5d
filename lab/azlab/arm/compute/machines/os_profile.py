"""The OS profile of a new VM: the first user, the host name, password and SSH keys."""

from __future__ import annotations

import base64
import binascii
import re

from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.core import parameter_errors
from azlab.arm.core.json import Json

_USERS = {
    *("administrator", "admin", "user", "user1", "test", "user2", "test1", "user3", "admin1", "1", "123", "a", "actuser", "adm", "admin2"),
    *("aspnet", "backup", "console", "david", "guest", "john", "owner", "root", "server", "sql", "support", "support_388945a0", "sys"),
    *("test2", "test3", "user4", "user5"),
}
"""Names that the first user must not have: https://learn.microsoft.com/azure/virtual-machines/linux/faq"""
_HOST = re.compile(r"^[A-Za-z0-9.-]{1,64}$")
_CUSTOM_DATA = 87380


def checked_os_profile(name: str, given: Json | None, os_type: str, *, specialized: bool) -> Json | None:
    """The OS profile with its host name. It is required for a generalized image and refused for anything specialized (None then)."""
    if specialized:
        if given:
            raise parameter_errors.NOT_ALLOWED(parameter="osProfile", target="osProfile")
        return None
    if not given:
        raise parameter_errors.MISSING(parameter="osProfile", target="osProfile")
    user = given.get("adminUsername")
    if not user:
        raise parameter_errors.MISSING(parameter="osProfile.adminUsername", target="osProfile.adminUsername")
    if user.lower() in _USERS or user.endswith(".") or len(user) > 64:
        raise vm_errors.BAD_USER(target="adminUsername")
    profile = {**given, "computerName": given.get("computerName") or name}
    if given.get("adminPassword") is not None and not _strong(given["adminPassword"]):
        raise vm_errors.WEAK_PASSWORD(target="adminPassword")
    if given.get("customData") is not None:
        _check_custom_data(given["customData"])
    if os_type == "Linux":
        if not _HOST.match(profile["computerName"]):
            raise vm_errors.BAD_COMPUTER_NAME(target="computerName")
        _check_login(profile, user)
    return profile


def _strong(password: str) -> bool:
    kinds = sum(bool(re.search(pattern, password)) for pattern in (r"[A-Z]", r"[a-z]", r"\d", r"[^A-Za-z0-9]"))
    return 6 <= len(password) <= 72 and kinds >= 3 and not re.search(r"[\x00-\x1f]", password)


def _check_custom_data(text: str) -> None:
    try:
        base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise vm_errors.BAD_CUSTOM_DATA(target="customData") from None
    if len(text) > _CUSTOM_DATA:
        raise vm_errors.BAD_CUSTOM_DATA(target="customData")


def _check_login(profile: Json, user: str) -> None:
    linux = profile.get("linuxConfiguration") or {}
    keys = (linux.get("ssh") or {}).get("publicKeys") or []
    for key in keys:
        path = f"/home/{user}/.ssh/authorized_keys"
        if key.get("path", path) != path:
            raise vm_errors.BAD_KEY_PATH(path=path, target="linuxConfiguration.ssh.publicKeys.path")
    if linux.get("disablePasswordAuthentication") and not keys or not keys and profile.get("adminPassword") is None:
        raise vm_errors.NO_LOGIN(target="linuxConfiguration")


def shown_os_profile(profile: Json, os_type: str) -> Json:
    """The OS profile as a GET shows it: without secrets, with the values that Azure fills in."""
    shown: Json = {"computerName": profile["computerName"], "adminUsername": profile["adminUsername"]}
    if os_type == "Linux":
        linux = profile.get("linuxConfiguration") or {}
        shown["linuxConfiguration"] = {
            "disablePasswordAuthentication": False,
            **linux,
            "provisionVMAgent": linux.get("provisionVMAgent", True),
            "patchSettings": {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault", **(linux.get("patchSettings") or {})},
            "enableVMAgentPlatformUpdates": False,
        }
    else:
        windows = profile.get("windowsConfiguration") or {}
        shown["windowsConfiguration"] = {
            "provisionVMAgent": True,
            "enableAutomaticUpdates": True,
            **windows,
            "patchSettings": {"patchMode": "AutomaticByOS", "assessmentMode": "ImageDefault", **(windows.get("patchSettings") or {})},
            "enableVMAgentPlatformUpdates": False,
        }
    shown.update(secrets=profile.get("secrets", []), allowExtensionOperations=profile.get("allowExtensionOperations", True))
    shown["requireGuestProvisionSignal"] = True
    return shown
