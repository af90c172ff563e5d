# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module whose options may all be left empty, as AWX and templates do with fields that were not filled in."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule


class LenientModule(AnsibleModule):  # type: ignore[misc]  # ansible-core has no type information
    """An AnsibleModule that takes an empty string for an omitted option, also if the option is a number or a boolean."""

    params: dict[str, Any]

    def _load_params(self) -> None:
        super()._load_params()
        self.params = {name: value for name, value in self.params.items() if value != ""}
