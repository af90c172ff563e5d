# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the script that reads the state of Sysprep, along a run of it, and log texts in the form of published ones."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.reading import Reading, parse_reading

STARTED = datetime(2026, 11, 28, 10, 0, 0, tzinfo=timezone.utc)
UP = 5000.0
COMPLETE, UNDEPLOYABLE = "IMAGE_STATE_COMPLETE", "IMAGE_STATE_UNDEPLOYABLE"
SPECIALIZE, RESEALED = "IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE", "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"


def at(seconds: float) -> str:
    """The text of a time some seconds after the start."""
    return (STARTED + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def line(seconds: float, message: str, level: str = "Error", zone: int = 0) -> str:
    """A line of a log, as Sysprep writes it in a time zone some minutes away from UTC."""
    local = STARTED + timedelta(seconds=seconds, minutes=zone)
    return f"{local:%Y-%m-%d %H:%M:%S}, {level:<22}{message}"


def answer(seconds: float, state: str | None = COMPLETE, **values: Any) -> dict[str, Any]:
    """The result of the script some seconds after the start: Sysprep runs, and its log grows by 100 bytes in each second."""
    return {
        "time": at(seconds),
        "utc_offset_minutes": 0,
        "process": "running",
        "pid": 4242,
        "process_started": at(1),
        "exit_code": None,
        "image_state": state,
        "state_ini": state,
        "tag_time": None,
        "setupact_size": 1000 + int(100 * seconds),
        "setupact_tail": [line(seconds, "SYSPRP RunDlls:Running platform actions", "Info")],
        "setuperr_tail": [],
        "uptime_seconds": UP + seconds,
        "sysprep_status": {"GeneralizationState": 7},
        **values,
    }


def ended(seconds: float, state: str | None = COMPLETE, code: int | None = 0, **values: Any) -> dict[str, Any]:
    """The result of the script after Sysprep has ended: nothing grows any more."""
    quiet: dict[str, Any] = {
        "process": "ended",
        "pid": None,
        "process_started": None,
        "exit_code": code,
        "setupact_size": 90000,
        "setupact_tail": [],
    }
    return answer(seconds, state, **{**quiet, **values})


def success(seconds: float, **values: Any) -> dict[str, Any]:
    """The result of the script after a Sysprep that has generalized the machine."""
    return ended(seconds, RESEALED, **{"tag_time": at(290), **values})


def reading(values: dict[str, Any]) -> Reading:
    """The reading in a result."""
    return parse_reading(values)


GOOD_RUN = (
    answer(10),
    answer(60, UNDEPLOYABLE),
    answer(180, UNDEPLOYABLE),
    answer(240, SPECIALIZE),
    answer(280, RESEALED, setuperr_tail=[line(270, "SYSPRP SPPNP: Failed to queue enumerated driver packages. Err = 0x57")]),
    ended(290, RESEALED),
    success(300),
)
"""The results of the script along a run that ends well. Such runs log errors too, and the tag may come after the end."""

APPX = (
    "SYSPRP Package Microsoft.Edge.GameAssist_1.0.3423.0_x64__8wekyb3d8bbwe was installed for a user, but not provisioned for all users. "
    "This package will not function properly in the sysprep image."
)
HALTED = "[0x0f0070] SYSPRP RunDlls:An error occurred while running registry sysprep DLLs, halting sysprep execution. dwRet = "
LAUNCH = "SYSPRP ActionPlatform::LaunchModule: Failure occurred while executing "
LOGS = {
    "appx": [APPX, "SYSPRP Failed to remove apps for the current user: 0x80073cf2.", HALTED + "0x3cf2"],
    "appx_service": [LAUNCH + r"'SysprepGeneralizeValidate' from C:\Windows\System32\AppxSysprep.dll; dwRet = 0x422"],
    "bitlocker": [
        "SYSPRP BitLocker-Sysprep: BitLocker is on for the OS volume. Turn BitLocker off to run Sysprep. (0x80310039)",
        LAUNCH + r"'ValidateBitLockerState' from C:\Windows\System32\BdeSysprep.dll; dwRet = 0x80310039",
    ],
    "reserved_storage": [
        "SYSPRP Sysprep_Clean_Validate_Opk: Audit mode cannot be turned on if reserved storage is in use. An update or servicing operation "
        "may be using reserved storage.; hr = 0x800F0975",
        LAUNCH + r"'Sysprep_Clean_Validate_Opk' from C:\Windows\System32\spopk.dll; dwRet = 0x975",
    ],
    "servicing_busy": [
        "[0x0f00b0] SYSPRP spopk.dll:: Failed to query pending CBS operations; hr = 0x80080005",
        LAUNCH + r"'Sysprep_Clean_Validate_Opk' from C:\Windows\System32\spopk.dll; dwRet = 0x5",
    ],
    "pending_restart": [
        "SYSPRP There are one or more Windows updates that require a reboot. To run Sysprep, reboot the computer and restart it."
    ],
    "updates_during_sysprep": ["SYSPRP A search for updates failed with hr = 0x80240041"],
    "licensing_stopped": [LAUNCH + r"'SLReArmWindows' from C:\Windows\System32\slc.dll; dwRet = 0xc004f075"],
    "rearm": [
        r"[0x0f0082] SYSPRP LaunchDll: Failure occurred while executing 'C:\Windows\System32\slc.dll, SLReArmWindows', returned error code "
        "-1073425657",
        "[0x0f00a8] SYSPRP WinMain: Hit failure while processing sysprep generalize providers; hr = 0xc004d307",
    ],
    "defender_for_endpoint": [
        "SYSPRP ActionPlatform::DeleteValue: Error from RegDeleteValueW for value senseGuid under key HKEY_LOCAL_MACHINE\\Software\\"
        "Microsoft\\Windows Advanced Threat Protection; dwRet = 0x5",
        HALTED + "0x5",
    ],
    "guest_agent_provider": [r"[0x0f0082] SYSPRP LaunchDll:Could not load DLL C:\WindowsAzure\Packages\VMAgentDisabler.dll; dwRet = 0x2"],
    "desired_state": [
        "[0x0f0082] SYSPRP LaunchDll:Failure occurred while executing 'DscCore.dll,SysPrep_Cleanup', returned error code 0x2"
    ],
    "upgraded": ["[0x0f0036] SYSPRP spopk.dll:: Sysprep will not run on an upgraded OS. You can only run Sysprep on a custom install."],
    "earlier_failure": [
        "[0x0f0073] SYSPRP RunExternalDlls:Not running DLLs; either the machine is in an invalid state or we couldn't update the recorded "
        "state, dwRet = 31"
    ],
    "provider": [r"[0x0f0082] SYSPRP LaunchDll:Failure occurred while executing 'C:\Windows\System32\spbcd.dll,Sysprep_Generalize_Bcd'"],
}
"""Messages of runs that failed, by the signature that explains them."""
HARMLESS = (
    "SYSPRP SPPNP: Failed to queue enumerated driver packages. Err = 0x57",
    'SYSPRP MRTGeneralize:107 - ERROR: Failed DeleteInstance AntiSpywareProduct.instanceGuid="{D68DDC3A}" hr=2147749904',
    "SYSPRP setupdigetclassdevs failed with error 0",
)
"""Errors that runs log and that explain nothing."""
