# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible knows the keys of every dictionary that is an option, so that it refuses a misspelt one."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from tests.support.option_cases import nested
from tests.support.tree import COLLECTION, modules

FREE = "tags"
"""The dictionary whose keys are the user's own. References to resources are of the type raw."""


def spec_of(module: str) -> dict[str, Any]:
    spec: dict[str, Any] = importlib.import_module(f"{COLLECTION}.plugins.modules.{module}").ARGUMENTS["argument_spec"]
    return spec


def dictionaries(spec: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The options that are dictionaries or lists of dictionaries, by their dotted paths."""
    for name, option in spec.items():
        if "dict" in (option["type"], option.get("elements")):
            yield f"{prefix}{name}", option
        yield from dictionaries(option.get("options") or {}, f"{prefix}{name}.")


@pytest.mark.parametrize("module", modules())
def test_a_misspelt_suboption_is_refused(module: str) -> None:
    spec = spec_of(module)
    for path, option in dictionaries(spec):
        if path == FREE:
            continue
        value = {"misspelt": 1}
        result = ArgumentSpecValidator(spec).validate(nested(path, [value] if option["type"] == "list" else value))
        assert any(f"{path}.misspelt" == ".".join(each) for each in map(tuple, result.unsupported_parameters)), path


@pytest.mark.parametrize("module", modules())
def test_no_list_has_elements_of_any_kind(module: str) -> None:
    def lists(spec: Mapping[str, Any]) -> Iterator[str]:
        for name, option in spec.items():
            if option["type"] == "list":
                yield f"{name}: {option.get('elements')}"
            yield from lists(option.get("options") or {})

    assert [each for each in lists(spec_of(module)) if each.endswith(("raw", "None"))] == []
