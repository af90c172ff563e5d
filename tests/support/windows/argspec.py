# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the parameters of a Windows module against its documentation, as the module itself would."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.yaml import yaml_load

from tests.support.ansible_runs import COLLECTIONS

MODULES = COLLECTIONS / "ansible_collections" / "ansible" / "windows" / "plugins" / "modules"
FRAGMENTS = MODULES.parent / "doc_fragments"
INTERNAL: dict[str, dict[str, Any]] = {
    "win_copy": {
        "_copy_mode": {"type": "str", "choices": ["explode", "query", "remote", "single"], "default": "single"},
        "_original_basename": {"type": "str"},
        "files": {"type": "list", "elements": "dict"},
        "directories": {"type": "list", "elements": "dict"},
        "symlinks": {"type": "list", "elements": "dict"},
    },
}
"""Parameters that an action plugin of the collection gives to its own module, and that are not documented."""


class UnknownModule(Exception):
    """A module that ansible.windows does not have."""


def checked(module: str, parameters: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The parameters with their defaults and types, and the error message, empty if they are right."""
    given = {name: value for name, value in parameters.items() if name in INTERNAL.get(module, ()) or not name.startswith("_ansible_")}
    result = ArgumentSpecValidator(spec(module)).validate(given)
    return result.validated_parameters, "; ".join(result.error_messages)


@cache
def spec(module: str) -> dict[str, Any]:
    """The options of a module of ansible.windows, as an argument spec."""
    return {**_options(documentation(module)), **INTERNAL.get(module, {})}


def documentation(module: str) -> dict[str, Any]:
    """The documentation of a module."""
    python, other = MODULES / f"{module}.py", MODULES / f"{module}.yml"
    if python.exists():
        found: dict[str, Any] = yaml_load(_constant(python, "DOCUMENTATION"))
    elif other.exists():
        found = yaml_load(other.read_text())["DOCUMENTATION"]
    else:
        raise UnknownModule(f"ansible.windows has no module {module}")
    for fragment in found.get("extends_documentation_fragment", []):
        found["options"] = {**_fragment(fragment), **found.get("options", {})}
    return found


def _fragment(name: str) -> dict[str, Any]:
    file = FRAGMENTS / f"{name.rsplit('.', 1)[-1]}.py"
    if not file.exists():
        return {}  # the fragments of ansible-core that these modules name describe attributes, not options
    found: dict[str, Any] = yaml_load(_constant(file, "DOCUMENTATION")).get("options", {})
    return found


def _constant(file: Path, name: str) -> str:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            return str(ast.literal_eval(node.value))
    raise AssertionError(f"{file} has no {name}")


def _options(documented: dict[str, Any]) -> dict[str, Any]:
    return {name: _option(option) for name, option in (documented.get("options") or {}).items()}


def _option(option: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {key: option[key] for key in ("type", "required", "default", "choices", "elements", "aliases") if key in option}
    if isinstance(made.get("choices"), dict):
        made["choices"] = list(made["choices"])
    if made.get("type") == "path":
        made["type"] = "str"  # a path of the guest, which this machine must not expand
    if "suboptions" in option:
        made["options"] = {name: _option(each) for name, each in option["suboptions"].items()}
    return made
