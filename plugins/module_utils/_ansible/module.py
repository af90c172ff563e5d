# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module whose options may all be left empty, as AWX and templates do with fields that were not filled in."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule

STRINGS = ("str", "path")


class LenientModule(AnsibleModule):  # type: ignore[misc]  # ansible-core has no type information
    """An AnsibleModule that takes an empty string for an omitted option, also if the option is a number or a boolean.

    It refuses a list or a dictionary for a string, which Ansible turns into a string with brackets that then matches nothing.
    """

    params: dict[str, Any]
    _mistaken: list[str]

    def __init__(self, **spec: Any) -> None:
        super().__init__(**spec)
        # Not before: until here Ansible does not know the secrets, and would show them with the failure.
        if self._mistaken:
            self.fail_json(msg=" ".join(self._mistaken))

    def _load_params(self) -> None:
        super()._load_params()
        given = {name: value for name, value in self.params.items() if value != ""}
        types = {each: option for name, option in self.argument_spec.items() for each in (name, *option.get("aliases", ()))}
        self._mistaken = [
            f"{name}: give one string, not a {'list' if isinstance(value, list) else 'dictionary'}."
            for name, value in given.items()
            if isinstance(value, (list, dict)) and types.get(name, {}).get("type") in STRINGS
        ]
        self.params = {name: _words(value) if types.get(name, {}).get("type") == "list" else value for name, value in given.items()}


def _words(value: Any) -> Any:
    """The elements of a string with commas, without the spaces around them, which Ansible would keep; any other value unchanged."""
    return [each.strip() for each in value.split(",")] if isinstance(value, str) else value
