"""The properties of an image definition in a request: their values, their defaults, and which of them never change."""

from __future__ import annotations

import re

from azlab.arm.compute.galleries.lifecycle import shown_date
from azlab.arm.compute.galleries.state import PRIVATE
from azlab.arm.compute.gallery_images import errors as image_errors
from azlab.arm.compute.gallery_images.features import (
    SECURE_BY_DEFAULT,
    check_unchanged,
    checked_features,
    security_type,
    stored,
    with_default_security,
)
from azlab.arm.core import parameter_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab

_ORDER = (
    *("description", "eula", "privacyStatementUri", "releaseNoteUri", "hyperVGeneration", "architecture", "features", "osType", "osState"),
    *("endOfLifeDate", "identifier", "recommended", "disallowed", "purchasePlan", "allowUpdateImage"),
)
"""The properties that a request may have, in Azure's order."""
_FIXED = ("osType", "osState", "hyperVGeneration", "architecture", "eula", "privacyStatementUri", "purchasePlan")
"""Properties that never change. eula: https://github.com/hashicorp/terraform-provider-azurerm/issues/16792; privacyStatementUri:
https://github.com/hashicorp/terraform-provider-azurerm/pull/17289, where releaseNoteUri changes; purchasePlan is assumed."""
_CHOICES = {
    "osType": ("Linux", "Windows"),
    "osState": ("Generalized", "Specialized"),
    "hyperVGeneration": ("V1", "V2"),
    "architecture": ("x64", "Arm64"),
}
_IDENTIFIER = {"publisher": 128, "offer": 64, "sku": 64}
"""The parts of the identifier, with their greatest length."""
_IDENTIFIER_NAME = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9_-]")


def checked(lab: Lab, version: str, given: Json, known_date: str | None = None) -> Json:
    """The known ones of the properties in a request, with values as Azure spells them. Bad values are refused."""
    found = {name: given[name] for name in _ORDER if given.get(name) is not None}
    for name, choices in _CHOICES.items():
        if name in found:
            found[name] = _choice(name, str(found[name]), choices)
    if "features" in found:
        found["features"] = checked_features(lab, version, found["features"])
    if "endOfLifeDate" in found:
        found["endOfLifeDate"] = shown_date(found["endOfLifeDate"], "endOfLifeDate", known_date)
    _check_recommended(found.get("recommended", {}))
    return found


def _check_recommended(recommended: Json) -> None:
    for name in ("vCPUs", "memory"):
        wanted = {bound: value for bound, value in (recommended.get(name) or {}).items() if value is not None}
        if {"min", "max"} <= wanted.keys() and wanted["min"] > wanted["max"]:
            raise image_errors.MINIMUM(parameter=_full(f"recommended.{name}"), target=_full(f"recommended.{name}"))


def _choice(name: str, text: str, choices: tuple[str, ...]) -> str:
    for choice in choices:
        if choice.lower() == text.lower():
            return choice
    raise parameter_errors.BAD_VALUE(value=text, parameter=_full(name), target=_full(name))


def completed(given: Json, version: str) -> Json:
    """The properties of a new definition, with their defaults, from the checked ones of a request."""
    for name in ("osType", "osState", "identifier"):
        if name not in given:
            raise parameter_errors.MISSING(parameter=_full(name), target=_full(name))
    _check_identifier(given["identifier"])
    is_secure = version >= SECURE_BY_DEFAULT
    wanted = {"hyperVGeneration": "V2" if is_secure else "V1", "architecture": "x64", **given}
    features = wanted.get("features", [])
    if is_secure and wanted["hyperVGeneration"] == "V2":
        features = with_default_security(features)
    return consistent({**wanted, "features": features} if features else wanted)


def consistent(properties: Json) -> Json:
    """The properties as they are stored, in Azure's order. Properties that contradict each other are refused."""
    if properties["hyperVGeneration"] == "V1":
        _check_generation_1(properties)
    found = {name: properties[name] for name in _ORDER if name in properties}
    return {**found, "features": stored(found["features"])} if "features" in found else found


def _check_identifier(identifier: Json) -> None:
    for part, longest in _IDENTIFIER.items():
        text = str(identifier.get(part) or "")
        if len(text) > longest or not _IDENTIFIER_NAME.fullmatch(text):
            raise image_errors.BAD_IDENTIFIER(parameter=_full(f"identifier.{part}"), longest=longest, target=_full(f"identifier.{part}"))


def _check_generation_1(wanted: Json) -> None:
    """Refuse what only generation 2 has."""
    security = security_type(wanted.get("features", []))
    if security != "Standard":
        raise image_errors.GENERATION_OF_SECURITY(security=security, target=_full("features"))
    if wanted["architecture"] == "Arm64":
        raise image_errors.GENERATION_OF_ARCHITECTURE(target=_full("architecture"))


def check_shareable(wanted: Json, permissions: str) -> None:
    """Refuse images that cannot be shared, in a gallery that is made for sharing."""
    security = security_type(wanted.get("features", []))
    if permissions != PRIVATE and security in ("TrustedLaunch", "ConfidentialVM"):
        raise image_errors.NOT_SHAREABLE(security=security, permissions=permissions, target=_full("features"))


def check_changes(known: Json, given: Json, version: str, *, whole: bool) -> None:
    """Refuse a request that changes what never changes in a definition.

    `whole`: the request is a PUT, which states everything: what it leaves out has its default (assumed).
    """
    wanted = {"hyperVGeneration": "V2" if version >= SECURE_BY_DEFAULT else "V1", "architecture": "x64", **given} if whole else given
    for name in _FIXED:
        if name in wanted and wanted[name] != known.get(name):
            raise parameter_errors.UNCHANGEABLE(parameter=_full(name), target=_full(name))
    identifier = given.get("identifier") or {}
    for part in _IDENTIFIER:
        if part in identifier and identifier[part] != known["identifier"][part]:
            raise parameter_errors.UNCHANGEABLE(parameter=_full(f"identifier.{part}"), target=_full(f"identifier.{part}"))
    if "features" in given and not (known.get("allowUpdateImage") or given.get("allowUpdateImage")):
        check_unchanged(known.get("features", []), given["features"])


def _full(name: str) -> str:
    return f"galleryImage.properties.{name}"
