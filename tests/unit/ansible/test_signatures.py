# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures of SAS URLs do not appear in results, which repeat the options of a task."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.goldenimage.azure.plugins.module_utils._ansible.signatures import signatures_in
from ansible_collections.goldenimage.azure.plugins.modules import image

URL = "https://a.blob.core.windows.net/b/os.vhd?sv=2024-01-01&sig=to%2Bps%3D&se=2027"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (URL, {"to%2Bps%3D", "to+ps="}),
        ({"disks": [{"source": URL}], "n": 1, "none": None}, {"to%2Bps%3D", "to+ps="}),
        ("https://a/b.vhd", set()),
        ("design=blue", set()),
    ],
)
def test_signatures_are_found_at_any_depth(value: object, found: set[str]) -> None:
    assert signatures_in(value) == found


def test_a_failed_task_returns_its_options_without_the_signature(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"name": "golden", "resource_group": "images", "os_disk": {"source": URL}}
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", to_bytes(json.dumps({"ANSIBLE_MODULE_ARGS": options})))
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit):
        image.main()
    result = json.loads(capsys.readouterr().out)
    assert "must not have a query such as a SAS" in result["msg"]
    assert result["invocation"]["module_args"]["os_disk"]["source"].startswith(
        "https://a.blob.core.windows.net/b/os.vhd?sv=2024-01-01&sig=***"
    )
    assert "to%2Bps%3D" not in json.dumps(result)
