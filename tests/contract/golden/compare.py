# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares an answer of the lab with the recorded one: keys, types, and all values except ids, times and SAS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.contract.golden.names import is_id, pairs
from tests.contract.golden.read import Exchange

LONG_RUNNING = ("azure-asyncoperation", "location", "retry-after")
"""The headers of a long-running operation. Only their presence is compared, not their values."""

_MASKED_NAMES = "vmId uniqueId sourceUniqueId accessSAS time timeCreated publishedDate startTime endTime exactVersion principalId clientId"
_MASKED_TERMS = "licenseTextLink privacyPolicyLink marketplaceTermsLink retrieveDatetime signature createdAt lastModifiedAt"
_MASKED = re.compile(r"\.(" + f"{_MASKED_NAMES} {_MASKED_TERMS}".replace(" ", "|") + r"|publicNames\[\])$")
_OPERATION_NAME = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


@dataclass(frozen=True)
class Difference:
    """One difference between lab and Azure. `path` has `[]` for any item of a list."""

    path: str
    what: str


def compare(recorded: Any, actual: Any, path: str = "$") -> Iterator[Difference]:
    """All differences between a recorded body, with the new names, and the body of the lab."""
    if _kind(recorded) != _kind(actual):
        yield Difference(path, f"recorded {_kind(recorded)}, got {_kind(actual)}")
    elif isinstance(recorded, dict):
        yield from _compare_objects(recorded, actual, path)
    elif isinstance(recorded, list):
        if len(recorded) != len(actual):
            yield Difference(path, f"recorded {len(recorded)} items, got {len(actual)}")
        for one, other in zip(recorded, actual, strict=False):
            yield from compare(one, other, path + "[]")
    elif _value(recorded, path) != _value(actual, path):
        yield Difference(path, f"recorded {recorded!r}, got {actual!r}")


def _compare_objects(recorded: dict[str, Any], actual: dict[str, Any], path: str) -> Iterator[Difference]:
    for key in recorded.keys() - actual.keys():
        yield Difference(f"{path}.{key}", "missing")
    for key in actual.keys() - recorded.keys():
        yield Difference(f"{path}.{key}", "not in the recording")
    for key in recorded.keys() & actual.keys():
        yield from compare(recorded[key], actual[key], f"{path}.{key}")


def compare_headers(recorded: Exchange, actual: Mapping[str, str]) -> Iterator[Difference]:
    """Differences in the presence of the long-running headers."""
    for name in LONG_RUNNING:
        if name not in recorded.removed_headers and (name in recorded.headers) != (name in actual):
            yield Difference(f"header {name}", "missing" if name in recorded.headers else "not in the recording")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    return {str: "a string", dict: "an object", list: "a list", type(None): "nothing"}[type(value)]


def _value(value: Any, path: str) -> Any:
    """The compared part of a value: None for a masked value, the types of an id, any other value unchanged."""
    if not isinstance(value, str):
        return value
    if _MASKED.search(path) or _OPERATION_NAME.match(value):
        return None
    return [kind for kind, _ in pairs(value)] if is_id(value) else value
