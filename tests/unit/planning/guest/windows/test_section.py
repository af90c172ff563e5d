# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of a Windows guest: what is read, what is absent, and what is unread, from the results of scripts."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.facts import Facts, Feature
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.section import Section, Unread

from tests.support.windows.facts import account, features, package, service, volume

ROWS: dict[str, dict[str, Any]] = {
    "software.features": features("DHCP")[0],
    "software.providers": {"phase": "Cleanup", "dll": "a.dll", "entry": "1", "exists": True},
    "software.sql_instances": {"name": "A", "prepared": True},
    "software.services": service("Running"),
    "appx.packages": package("A"),
    "appx.provisioned": {"name": "A", "version": "1.0"},
    "volumes.bitlocker": volume("C:", "FullyDecrypted", 0),
    "accounts.users": account("alice"),
}


def section(**facts: Any) -> Section:
    return Section.of({"machine": facts}, "machine")


def test_a_nested_fact_is_read() -> None:
    assert section(os={"build": 20348}).number("os.build").value == 20348


def test_a_null_is_the_absence_of_a_fact_that_may_be_absent() -> None:
    assert section(asset_tag=None).text_or_none("asset_tag").value is None


@pytest.mark.parametrize(("facts", "reason"), [
    ({}, "the script returned something unexpected"),
    ({"uuid": None}, "no value"),
    ({"uuid": 7}, "int, not text"),
    ({"uuid": None, "unread": {"uuid": "Access denied"}}, "Access denied"),
    ({"error": "The term 'x' is not recognized"}, "the script failed: The term 'x' is not recognized"),
])  # fmt: skip
def test_a_fact_without_a_value_is_unread_and_says_why(facts: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unread, match=f"^machine.uuid: .*{reason}"):
        _ = section(**facts).text("uuid").value


@pytest.mark.parametrize("name", ["pending", "pending.cbs"])
def test_a_nested_fact_is_unread_by_its_own_name_or_by_that_of_its_holder(name: str) -> None:
    fact = section(pending={"cbs": False}, unread={name: "Access denied"}).flag("pending.cbs")
    with pytest.raises(Unread, match="Access denied"):
        _ = fact.value


def test_a_section_that_was_not_collected_leaves_all_of_its_facts_unread() -> None:
    with pytest.raises(Unread, match="not collected"):
        _ = Facts.of({}).setup.rearm_count.value


def test_a_yes_or_no_is_not_a_number() -> None:
    with pytest.raises(Unread, match="not a number"):
        _ = section(build=True).number("build").value


def test_rows_without_a_key_are_unread_and_not_empty() -> None:
    features = Section.of({"software": {"features": [{"name": "DHCP"}]}}, "software").rows_or_none("features", Feature.of)
    with pytest.raises(Unread, match="display_name"):
        _ = features.value


@pytest.mark.parametrize(("rows", "spoiled"), [
    ("software.features", {"kind": {"Type": "Role"}}),
    ("software.providers", {"exists": "True"}),
    ("software.sql_instances", {"prepared": None}),
    ("software.services", {"status": {"Value": 4}}),
    ("appx.packages", {"users": "alice"}),
    ("appx.packages", {"version": {"Major": 1}}),
    ("appx.provisioned", {"version": None}),
    ("volumes.bitlocker", {"volume_status": 0}),
    ("volumes.bitlocker", {"conversion": "0"}),
    ("accounts.users", {"password_expires": {"Date": "2026"}}),
    ("accounts.users", {"enabled": "True"}),
])  # fmt: skip
def test_an_element_of_another_type_leaves_the_whole_list_unread(rows: str, spoiled: dict[str, Any]) -> None:
    section, name = rows.split(".")
    found = {**ROWS[rows], **spoiled}
    facts = getattr(Facts.of({section: {name: {"RdAgent": found} if name == "services" else [found]}}), section)
    with pytest.raises(Unread, match=f"^{rows}: the script returned something unexpected"):
        _ = getattr(facts, name).value


def test_a_list_that_became_a_single_element_is_unread() -> None:
    with pytest.raises(Unread, match="not a list"):
        _ = section(source_os="Source OS").texts("source_os").value


def test_entries_that_are_null_do_not_exist() -> None:
    services = section(services={"Sense": None, "RdAgent": {"status": "Running"}}).entries("services", dict)
    assert services.value == {"RdAgent": {"status": "Running"}}
