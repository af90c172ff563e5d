# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The features of an image definition: pairs of a name and a value, some of which have an option of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.model.gallery_image import DISK_CONTROLLERS, SECURITY_TYPE, STANDARD
from ..._core.references import given_texts
from ..gallery.settings import Difference
from ..gallery.source_rules import SECURITY_TYPES

ACCELERATED, HIBERNATION = "IsAcceleratedNetworkSupported", "IsHibernateSupported"
OPTIONS = {
    SECURITY_TYPE: "security_type",
    DISK_CONTROLLERS: "disk_controller_types",
    ACCELERATED: "accelerated_networking",
    HIBERNATION: "hibernation",
}
ABSENT = {SECURITY_TYPE: STANDARD, DISK_CONTROLLERS: "SCSI", ACCELERATED: "False", HIBERNATION: "False"}
"""The values of features that a definition does not have."""
CONTROLLERS = ("SCSI", "NVMe")


@dataclass(frozen=True)
class Feature:
    """A requested feature. ``option`` is the option that gives it."""

    name: str
    value: str
    option: str
    starts_at_version: str = ""

    def as_body(self) -> dict[str, str]:
        """Azure's JSON."""
        start = {"startsAtVersion": self.starts_at_version} if self.starts_at_version else {}
        return {"name": self.name, "value": self.value, **start}

    def differences(self, stored: Mapping[str, Any] | None, changeable: bool) -> Iterable[Difference]:
        """How the stored feature of the same name differs from it; None stands for a feature that is not stored."""
        old = (stored or {}).get("value", ABSENT.get(self.name))
        if old is None or _parts(self.name, str(old)) != _parts(self.name, self.value):
            yield Difference(self.option, "features", old, self.value, changeable)
        start = (stored or {}).get("startsAtVersion") or None
        if self.starts_at_version and start != self.starts_at_version:
            yield Difference(f"{self.option}.starts_at_version", "features", start, self.starts_at_version, changeable)


def from_params(params: Mapping[str, Any]) -> tuple[Feature, ...]:
    """The features that the options request; raises ``InvalidRequest`` if two options give the same one."""
    given = (*_own_options(params), *(_listed(each) for each in params["features"] or ()))
    seen: dict[str, Feature] = {}
    for feature in given:
        if other := seen.get(feature.name.casefold()):
            raise InvalidRequest(f"features: {feature.name} is given twice, by {other.option} and {feature.option}: give it once.")
        seen[feature.name.casefold()] = feature
    return given


def _own_options(params: Mapping[str, Any]) -> Iterable[Feature]:
    if params["security_type"]:
        yield Feature(SECURITY_TYPE, params["security_type"], "security_type")
    if controllers := given_texts(params["disk_controller_types"]):
        if CONTROLLERS[0] not in controllers:
            raise InvalidRequest("disk_controller_types: must be [SCSI] or [SCSI, NVMe]; Azure has no images for NVMe alone.")
        yield Feature(DISK_CONTROLLERS, ", ".join(each for each in CONTROLLERS if each in controllers), "disk_controller_types")
    for name in (ACCELERATED, HIBERNATION):
        if params[OPTIONS[name]] is not None:
            yield Feature(name, str(params[OPTIONS[name]]), OPTIONS[name])


def _listed(given: Mapping[str, Any]) -> Feature:
    """A feature of the option ``features``; a name or a security type that Azure knows under another spelling gets Azure's."""
    if not given["name"] or not given["value"]:
        raise InvalidRequest("features: each feature needs a name and a value that are not empty.")
    name = _spelt(given["name"], OPTIONS)
    value = _spelt(given["value"], SECURITY_TYPES) if name == SECURITY_TYPE else given["value"]
    return Feature(name, value, f"features.{name}", given["starts_at_version"] or "")


def _spelt(text: str, known: Iterable[str]) -> str:
    """The known text that differs at most in case, else the text itself."""
    return next((each for each in known if each.casefold() == text.casefold()), text)


def feature_differences(wanted: Iterable[Feature], stored: Sequence[Mapping[str, Any]], changeable: bool) -> tuple[Difference, ...]:
    """How stored features differ from the requested ones; those that are not requested do not matter."""
    named = _by_name(stored)
    return tuple(found for each in wanted for found in each.differences(named.get(each.name.casefold()), changeable))


def merged_features(wanted: Iterable[Feature], stored: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The stored features with the requested ones, as they are sent. What is equal keeps its stored spelling."""
    named = {key: dict(each) for key, each in _by_name(stored).items()}
    for feature in wanted:
        key = feature.name.casefold()
        if any(feature.differences(named.get(key), changeable=True)):
            named[key] = {**named.get(key, {}), **feature.as_body()}
        elif key not in named:
            named[key] = feature.as_body()
    return sendable(named.values(), stored)


def sendable(features: Iterable[Mapping[str, Any]], stored: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """The features as they are sent: without a security type Standard that is not stored.

    Before api-version 2025-03-03, a definition without a security type has that one, and it is not known whether Azure accepts the value.
    """
    standard = {"name": SECURITY_TYPE, "value": STANDARD}
    return [dict(each) for each in features if each in stored or dict(each) != standard]


def _by_name(features: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(each.get("name")).casefold(): each for each in features}


def _parts(name: str, value: str) -> frozenset[str]:
    """The value of a feature for comparison: that of the disk controllers is a set, written as a list with commas."""
    parts = value.split(",") if name == DISK_CONTROLLERS else [value]
    return frozenset(part.strip().casefold() for part in parts)
