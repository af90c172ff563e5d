# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook upload_windows looks for an image of the same name only if it makes an image, and takes its options as text too."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from tests.support.tree import ROOT
from tests.unit.roles.linux_prepare import trusted

(PLAY,) = yaml.safe_load((ROOT / "playbooks/upload_windows.yml").read_text())
GALLERY = {"gallery": "hub", "gallery_image": "web"}


def outcome(condition: str, **variables: Any) -> str:
    """A condition with these variables. ansible-core 2.19 refuses one that is neither True nor False."""
    variables = {"__in_gallery": PLAY["vars"]["__in_gallery"], "__connection": {"ping": "pong"}, **variables}
    return str(Templar(DataLoader(), variables=trusted(variables)).template(trusted(f"{{{{ {condition} }}}}")))


def task(name: str) -> dict[str, Any]:
    """A task of the playbook."""
    found: dict[str, Any] = next(each for each in PLAY["tasks"] if each["name"] == name)
    return found


@pytest.mark.parametrize(
    "name",
    [
        "Look for an image of that name, while the server can be changed back",
        "Require that the upload is not refused because of that image",
    ],
)
def test_a_version_in_a_gallery_needs_no_free_name(name: str) -> None:
    assert outcome(task(name)["when"], image_gallery_version=GALLERY) == "False"
    assert outcome(task(name)["when"]) == "True"


@pytest.mark.parametrize(
    ("images", "recreate", "expected"),
    [
        ([], {}, "True"),
        ([{"name": "web"}], {}, "False"),
        ([{"name": "web"}], {"image_recreate": "false"}, "False"),
        ([{"name": "web"}], {"image_recreate": "true"}, "True"),
        ([{"name": "web"}], {"image_recreate": True}, "True"),
    ],
)
def test_an_image_of_that_name_is_refused_unless_it_is_replaced(images: list[Any], recreate: dict[str, Any], expected: str) -> None:
    condition = task("Require that the upload is not refused because of that image")["ansible.builtin.assert"]["that"]
    assert outcome(condition, __found={"images": images}, **recreate) == expected
