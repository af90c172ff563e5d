# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role linux_prepare as its tests see it: its files, and its variables as Ansible evaluates them."""

from __future__ import annotations

from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from tests.support.tree import ROOT

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19, every text was a template

    def trust_as_template(value: str) -> str:
        return value


ROLE = ROOT / "roles" / "linux_prepare"


def loaded(name: str) -> Any:
    """The content of a file of the role."""
    return yaml.safe_load((ROLE / name).read_text())


def rendered(name: str, **values: Any) -> str:
    """The value of a variable of the role as Ansible evaluates it."""
    variables = {**loaded("defaults/main.yml"), **loaded("vars/main.yml"), **values}
    return str(Templar(DataLoader(), variables=trusted(variables)).template(trust_as_template(f"{{{{ {name} }}}}")))


def trusted(value: Any) -> Any:
    """A value whose texts are templates, as those of a role are."""
    if isinstance(value, dict):
        return {key: trusted(each) for key, each in value.items()}
    if isinstance(value, list):
        return [trusted(each) for each in value]
    return trust_as_template(value) if isinstance(value, str) else value


def task(file: str, name: str) -> dict[str, Any]:
    """One task of the role."""
    return next(each for each in loaded(f"tasks/{file}.yml") if each["name"] == name)
