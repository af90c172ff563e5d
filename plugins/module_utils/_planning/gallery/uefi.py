# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of a user's own for the secure boot of VMs that are made from a version."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from ..._core.errors import InvalidRequest
from .encryption import given
from .source_rules import BOTH_SUPPORTED, TRUSTED_SUPPORTED

TAKES_KEYS = (TRUSTED_SUPPORTED, BOTH_SUPPORTED)
"""https://learn.microsoft.com/azure/virtual-machines/trusted-launch-secure-boot-custom-uefi"""
LISTS = ("kek", "db", "dbx")
LONGEST_SHOWN = 40


def uefi_body(value: Mapping[str, Any]) -> dict[str, Any]:
    """Azure's JSON for the option ``uefi_settings``. Raises ``InvalidRequest`` if a key is not in base64."""
    signatures = value.get("additional_signatures") or {}
    lists = {name: [_key(each, name) for each in signatures[name]] for name in LISTS if signatures.get(name)}
    pk = {"pk": _key(signatures["pk"], "pk")} if signatures.get("pk") else {}
    return given(signatureTemplateNames=value.get("signature_template_names") or None, additionalSignatures={**pk, **lists} or None)


def is_same_uefi(wanted: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    """Whether stored settings are the wanted ones. The order of templates and keys does not matter."""
    return _comparable(wanted) == _comparable(stored)


def brief(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings for a sentence: of each key, the begin of its text."""
    signatures = settings.get("additionalSignatures") or {}
    lists = {name: [_brief(each) for each in signatures[name]] for name in LISTS if signatures.get(name)}
    pk = {"pk": _brief(signatures["pk"])} if signatures.get("pk") else {}
    return given(signature_template_names=settings.get("signatureTemplateNames"), additional_signatures={**pk, **lists} or None)


def _brief(key: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": key.get("type"), "value": [text[:LONGEST_SHOWN] for text in key.get("value") or ()]}


def _comparable(settings: Mapping[str, Any]) -> tuple[Any, ...]:
    signatures = settings.get("additionalSignatures") or {}
    pk = [signatures["pk"]] if signatures.get("pk") else []
    keys = (sorted(str(_plain(each)) for each in signatures.get(name) or ()) for name in LISTS)
    return (sorted(settings.get("signatureTemplateNames") or ()), [str(_plain(each)) for each in pk], *keys)


def _plain(key: Mapping[str, Any]) -> tuple[str, list[str]]:
    return str(key.get("type")).casefold(), sorted(key.get("value") or ())


def _key(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    for text in value["value"]:
        try:
            base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidRequest(f"uefi_settings.additional_signatures.{name}: a value is not in base64.") from None
    return {"type": value["type"], "value": list(value["value"])}
