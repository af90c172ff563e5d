# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The license types of Marketplace images, and the images that are for subscribers only."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused, TimedOut, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import Sku
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.marketplace.license_types import TABLE, license_types_of
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.marketplace.listing import listed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.marketplace.subscribers import with_subscriber_only

from tests.support.marketplace_values import SQL, UBUNTU, offering, version


@pytest.mark.parametrize(
    ("image", "types"),
    [
        ("MicrosoftWindowsServer:WindowsServer:2025-datacenter-g2", ["Windows_Server"]),
        ("microsoftwindowsserver:windowsserver:2022-datacenter-azure-edition", ["Windows_Server"]),
        ("MicrosoftSQLServer:sql2022-ws2022:standard-gen2", ["Windows_Server"]),
        ("MicrosoftSQLServer:sql2022-rhel9:standard-gen2", None),
        ("MicrosoftVisualStudio:visualstudio2022:vs-2022-ent-latest-ws2022", ["Windows_Server"]),
        ("MicrosoftVisualStudio:visualstudio2022:vs-2022-ent-latest-win11-n-gen2", None),
        ("MicrosoftWindowsDesktop:windows-11:win11-25h2-pro", ["Windows_Client"]),
        ("RedHat:RHEL:9_6", ["RHEL_BYOS"]),
        ("RedHat:RHEL-SAP-HA:94sapha-gen2", ["RHEL_BYOS"]),
        (
            "redhat:rhel-byos:rhel-lvm96-gen2",
            ["RHEL_BASE", "RHEL_EUS", "RHEL_SAPAPPS", "RHEL_SAPHA", "RHEL_BASESAPAPPS", "RHEL_BASESAPHA"],
        ),
        ("RedHat:rhel_test_offers:9_6", None),
        ("SUSE:sles-15-sp7:gen2", ["SLES_BYOS"]),
        ("SUSE:sles-15-sp5-basic:gen1", ["SLES_BYOS"]),
        ("SUSE:sles-16-0-x86-64:gen2", ["SLES_BYOS"]),
        ("SUSE:sles-sap-15-sp6-hardened:gen2", ["SLES_BYOS"]),
        ("SUSE:sles-15-sp6-byos:gen2", ["SLES"]),
        ("SUSE:sles-sap-15-sp6-byos:gen2", ["SLES_SAP"]),
        ("SUSE:sles-hpc-15-sp6-byos:gen2", ["SLES_HPC"]),
        ("SUSE:opensuse-leap-15-6:gen2", None),
        ("Canonical:UbuntuServer:18.04-LTS", ["UBUNTU_PRO"]),
        ("Canonical:UbuntuServer:14.04.5-LTS", None),
        ("Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2", ["UBUNTU_PRO"]),
        ("Canonical:ubuntu-24_04-lts:server", ["UBUNTU_PRO"]),
        ("Canonical:ubuntu-24_04-lts:ubuntu-pro", None),
        ("Canonical:ubuntu-24_04-lts-daily:server", None),
        ("resellers:rhel:9_6", None),
        ("center-for-internet-security-inc:cis-rhel:cis-redhat9-l1-gen2", None),
        ("Debian:debian-12:12-gen2", None),
    ],
)
def test_license_types_are_those_that_a_page_names_for_the_image(image, types):
    found = license_types_of(Sku(*image.split(":")))
    assert (found and list(found)) == types


def test_each_row_of_the_license_types_names_one_page_of_microsoft():
    assert [
        row.source for row in TABLE if not re.fullmatch(r"https://learn\.microsoft\.com/azure/virtual-machines/[a-z/-]+", row.source)
    ] == []


CLIENT = "MicrosoftVisualStudio:Windows:Windows-11-Enterprise-N-x64:2026.10.01"
STUDIO = "MicrosoftVisualStudio:visualstudio2022:vs-2022-ent-latest-win11-n-gen2:2026.10.01"


def subscriber_only(urn: str, quota: str | None = "MSDN_2014-09-01") -> Any:
    azure = offering()
    azure.subscriptions.quota = quota
    return with_subscriber_only(azure, [listed(version(urn))])[0].subscriber_only


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("MSDN_2014-09-01", True),
        ("MSDNDevTest_2014-09-01", True),
        ("msdn_2014-09-01", True),
        ("PayAsYouGo_2014-09-01", False),
        ("MPN_2014-09-01", None),
        (None, None),
    ],
)
@pytest.mark.parametrize("urn", [CLIENT, STUDIO, "microsoftvisualstudio:windowsplustools:base-win10-gen2:1.0.0"])
def test_windows_clients_for_tests_are_for_subscribers_if_the_contract_has_their_benefits(urn, quota, expected):
    assert subscriber_only(urn, quota) is expected


@pytest.mark.parametrize("error", [Refused("busy", status=503), TimedOut("the time limit has passed"), Unavailable("no answer")], ids=str)
def test_list_does_not_fail_if_the_contract_cannot_be_read(error):
    azure = offering()

    def fail() -> None:
        raise error

    azure.subscriptions.quota_id = fail
    assert [each.subscriber_only for each in with_subscriber_only(azure, [listed(version(CLIENT))])] == [None]


@pytest.mark.parametrize(
    "urn",
    [
        "MicrosoftVisualStudio:visualstudio2022:vs-2022-ent-latest-ws2022:2026.10.01",
        "MicrosoftWindowsDesktop:windows-11:win11-25h2-pro:26200.1.261001",
        "acme:Windows:Windows-11-Enterprise-N-x64:1.0.0",
        SQL,
        UBUNTU,
    ],
)
def test_of_other_images_it_is_not_known_whether_they_are_for_subscribers(urn):
    assert subscriber_only(urn) is None


def test_subscription_is_read_once_and_only_if_an_image_needs_it():
    azure, asked = offering(), []
    azure.subscriptions.quota_id = lambda: asked.append("quota") or "MSDN_2014-09-01"
    with_subscriber_only(azure, [listed(version(UBUNTU))])
    assert asked == []
    with_subscriber_only(azure, [listed(version(each)) for each in (CLIENT, UBUNTU, STUDIO)])
    assert asked == ["quota"]
