# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of server roles: each answer of Microsoft's page, written down here from the page, and what follows for later versions."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.filter.windows import FilterModule

from tests.support.windows.facts import features, guest

REPORT = FilterModule().filters()["windows_preflight_report"]
BUILDS = {"2008": 6003, "2008 R2": 7601, "2012": 9200, "2022": 20348}

# The feature, and the verdicts on Windows Server 2008, 2008 R2 and 2012.
EXPECTED = [
    ("AD-Certificate", "block", "block", "block"),
    ("AD-Domain-Services", "block", "block", "block"),
    ("ADFS-Federation", "block", "block", "block"),
    ("ADLDS", "block", "block", "block"),
    ("ADRMS", "block", "block", "block"),
    ("Application-Server", "ok", "ok", "ok"),
    ("DHCP", "ok", "block", "block"),
    ("DNS", "warn", "warn", "warn"),
    ("Fax", "block", "block", "block"),
    ("FileAndStorage-Services", "ok", "ok", "ok"),
    ("Hyper-V", "warn", "ok", "ok"),
    ("NPAS", "block", "block", "block"),
    ("Print-Services", "block", "ok", "ok"),
    ("Remote-Desktop-Services", "ok", "ok", "ok"),
    ("VolumeActivation", "warn", "warn", "warn"),
    ("Web-Server", "ok", "ok", "ok"),
    ("WDS", "block", "block", "ok"),
    ("UpdateServices", "block", "block", "block"),
    ("RemoteAccess", "warn", "warn", "warn"),
]


def roles_row(feature: str, version: str) -> dict[str, str]:
    facts = guest(software__features=features(feature), software__wds_initialized=False, machine__os__build=BUILDS[version])
    known = {
        "platform": "azure",
        "backup": "",
        "may_be_lost": True,
        "capture": {},
        "before_prepare": False,
        "traces": {},
        "unread_traces": {},
    }
    (row,) = [row for row in REPORT(facts, vm="web", **known)["checks"] if row["id"] == "roles"]
    return dict(row)


@pytest.mark.parametrize(("feature", "w2008", "w2008_r2", "w2012"), EXPECTED)
def test_a_role_has_the_verdict_of_its_version(feature: str, w2008: str, w2008_r2: str, w2012: str) -> None:
    verdicts = {version: roles_row(feature, version)["verdict"] for version in BUILDS}
    assert verdicts == {"2008": w2008, "2008 R2": w2008_r2, "2012": w2012, "2022": w2012}


@pytest.mark.parametrize("feature", ["DHCP", "Web-Server"])
def test_an_answer_for_a_later_version_says_that_it_is_documented_for_2012_only(feature: str) -> None:
    assert "documented for Windows Server 2012 only" in roles_row(feature, "2022")["what"]
    assert "only" not in roles_row(feature, "2012")["what"]


@pytest.mark.parametrize(("feature", "condition"), [
    ("Hyper-V", "virtual networks"), ("WDS", "not initialized"), ("Web-Server", "encrypted credentials"),
])  # fmt: skip
def test_a_conditional_support_names_its_condition(feature: str, condition: str) -> None:
    assert condition in roles_row(feature, "2022")["what"]
