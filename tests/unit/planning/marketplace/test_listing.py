# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of the Marketplace in a list: which ones are read, which versions of them, and which properties a row has."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images.plan import IMAGES
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images.request import ListRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images.sources.marketplace import read

from tests.support.fakes import FakeAzure
from tests.support.marketplace_values import PLACE, SQL, UBUNTU, features, offering, status, version

JAMMY = "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:22.04.202601010"


def request(**params: Any) -> ListRequest:
    return ListRequest.from_params({"sources": ["marketplace"], "location": PLACE, **params})


def rows(azure: FakeAzure, **params: Any) -> list[dict[str, Any]]:
    return IMAGES.plan(azure, request(**params), False).after["images"]


def found(azure: FakeAzure, **params: Any) -> list[str]:
    return [each["reference"] for each in rows(azure, **params)]


def some() -> FakeAzure:
    return offering(*map(version, (SQL, UBUNTU, JAMMY)))


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"text": "sql server 2022"}, [SQL]),
        ({"text": "SQL 2022 Gen2"}, [SQL]),
        ({"text": "canonical"}, [JAMMY, UBUNTU]),
        ({"text": "ubuntu jammy gen2"}, [JAMMY]),
        ({"text": "ubuntu sql"}, []),
        ({"publisher": "microsoft"}, [SQL]),
        ({"publisher": "CANON", "sku": "Server"}, [UBUNTU]),
        ({"offer": "UBUNTU", "sku": "-gen2"}, [JAMMY]),
        ({"sku": "gen2"}, [JAMMY, SQL]),
        ({"offer": "ubuntu", "text": "24"}, [UBUNTU]),
        ({"publisher": "ubuntu"}, []),
    ],
)
def test_images_are_chosen_by_parts_of_names_and_by_words_in_any_of_them(params, expected):
    assert found(some(), **params) == expected


@pytest.mark.parametrize("params", [{}, {"os_type": "Linux"}, {"generation": "V2", "deprecated": False, "versions": "all"}, {"text": " "}])
def test_whole_marketplace_is_refused_with_the_number_of_its_calls(params):
    azure = some()
    with pytest.raises(
        InvalidRequest, match=r"in westeurope would take more than 3 calls, because it has 2 publishers.* publisher, offer, sku, text"
    ):
        read(azure, request(**params))
    assert azure.reads == ["publishers"]


def numbered(*names: str, **properties: Any) -> list[Any]:
    return [version(f"acme:server:gold:{name}", **properties) for name in names]


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        (["1.0.10", "1.0.9"], "1.0.10"),
        (["9.0.20260101", "10.0.1"], "10.0.1"),
        (["1.0.0-beta", "1.0.0"], "1.0.0"),
        (["1.0.latest", "1.0.2"], "1.0.2"),
        (["1.0", "1.0.0"], "1.0.0"),
    ],
)
def test_newest_version_is_the_one_with_the_largest_number(names, newest):
    assert found(offering(*numbered(*names)), publisher="acme") == [f"acme:server:gold:{newest}"]


def test_all_versions_are_listed_in_the_order_of_their_numbers():
    assert [each["version"] for each in rows(offering(*numbered("1.0.10", "1.0.9", "1.0.1")), publisher="acme", versions="all")] == [
        "1.0.1",
        "1.0.9",
        "1.0.10",
    ]


def withdrawn(name: str) -> Any:
    return version(f"acme:server:gold:{name}", imageDeprecationStatus=status("Deprecated"))


def test_latest_version_is_never_a_deprecated_one():
    azure = offering(*numbered("1.0.9", "1.0.8"), withdrawn("1.0.10"))
    assert found(azure, publisher="acme", versions="latest") == ["acme:server:gold:1.0.9"]
    assert [(each["version"], each["latest"]) for each in rows(azure, publisher="acme", versions="all")] == [
        ("1.0.8", False),
        ("1.0.9", True),
        ("1.0.10", False),
    ]


def test_image_whose_versions_are_all_deprecated_has_no_latest_version():
    assert found(offering(withdrawn("1.0.10")), publisher="acme", versions="latest") == []


def test_latest_version_is_read_again_if_the_walk_came_from_the_cache():
    azure = offering(*numbered("1.0.9"), version(UBUNTU))
    azure.marketplace.cached = True
    walk = azure.marketplace.walk
    azure.marketplace.walk = lambda *given: (walk(*given), azure.marketplace.known.extend(numbered("1.0.10")))[0]
    assert found(azure, publisher="acme", versions="latest") == ["acme:server:gold:1.0.10"]
    assert azure.reads == [f"catalogue of {PLACE}", "versions of acme:server:gold"]


def test_latest_version_is_read_again_of_matching_images_only():
    azure = offering(*numbered("1.0.9"), version("acme:server:silver:1.0.0", hyperVGeneration="V2"))
    azure.marketplace.cached = True
    assert found(azure, publisher="acme", versions="latest", generation="V2") == ["acme:server:silver:1.0.0"]
    assert azure.reads[1:] == ["versions of acme:server:silver"]


def test_latest_version_is_unknown_if_the_walk_came_from_the_cache():
    azure = offering(*numbered("1.0.9"))
    azure.marketplace.cached = True
    assert [each["latest"] for each in rows(azure, publisher="acme", versions="all")] == [None]


def test_result_says_how_old_the_cache_is():
    azure = some()
    azure.marketplace.cached, azure.marketplace.read_at = True, "2026-11-22T10:00:00.000000Z"
    assert IMAGES.plan(azure, request(text="sql"), False).after["catalogue_read_at"] == "2026-11-22T10:00:00.000000Z"


def test_latest_version_is_refused_if_a_part_of_the_walk_is_missing():
    azure = some()
    azure.marketplace.missing = ("could not read the offers of acme",)
    with pytest.raises(InvalidRequest, match="could not read the offers of acme"):
        rows(azure, publisher="canonical", versions="latest")


def test_latest_version_is_refused_if_a_live_read_fails():
    azure = offering(*numbered("1.0.9"))
    azure.marketplace.cached = True

    def refuse(*_given: Any) -> Any:
        raise Refused("could not read acme", code="InternalServerError", status=500)

    azure.marketplace.versions = refuse
    with pytest.raises(InvalidRequest, match="could not read acme"):
        rows(azure, publisher="acme", versions="latest")


def test_rest_of_a_walk_with_missing_parts_is_listed():
    azure = some()
    azure.marketplace.missing = ("could not read the offers of acme",)
    after = IMAGES.plan(azure, request(text="sql"), False).after
    assert [each["reference"] for each in after["images"]] == [SQL]
    assert (after["complete"], after["missing"]) == (False, ["could not read the offers of acme"])


@pytest.mark.parametrize("versions", ["newest", "latest"])
def test_why_the_cache_was_not_used_is_a_warning(versions):
    azure = some()
    azure.marketplace.warnings = ("The cache cannot be used.",)
    assert IMAGES.plan(azure, request(text="sql", versions=versions), False).warnings == ("The cache cannot be used.",)


def test_properties_of_a_version_count_and_not_its_name():
    liar = version(
        "acme:server:gold-gen2:1.0.0", hyperVGeneration="V1", architecture="x64", features=features(SecurityType="TrustedLaunch")
    )
    azure = offering(liar)
    assert found(azure, sku="gen2", generation="V2") == []
    assert found(azure, sku="gen2", generation="V1", architecture="x64", security_type=["TrustedLaunch"]) == [liar.urn]


def test_version_is_listed_with_everything_that_a_user_chooses_by():
    made = version(
        "acme:server:gold:1.0.0",
        osDiskImage={"operatingSystem": "Windows", "sizeInGb": 127, "sizeInBytes": 136367309312},
        hyperVGeneration="V2",
        architecture="Arm64",
        features=features(
            SecurityType="TrustedLaunchSupported",
            DiskControllerTypes="SCSI, NVMe",
            IsHibernateSupported="True",
            IsAcceleratedNetworkSupported="True",
        ),
        plan={"name": "gold", "publisher": "acme", "product": "server"},
        dataDiskImages=[{"lun": 1}, {"lun": 0}],
        imageDeprecationStatus=status("ScheduledForDeprecation", "2027-03-01T00:00:00+00:00", type="Offer", value="server-2"),
    )
    (row,) = rows(offering(made), publisher="acme")
    assert {key: value for key, value in row.items() if value is not None} == {
        "origin": "marketplace",
        "reference": "acme:server:gold:1.0.0",
        "reference_dict": {"publisher": "acme", "offer": "server", "sku": "gold", "version": "1.0.0"},
        "name": "acme:server:gold",
        "location": PLACE,
        "publisher": "acme",
        "offer": "server",
        "sku": "gold",
        "version": "1.0.0",
        "os_type": "Windows",
        "os_state": "Generalized",
        "hyper_v_generation": "V2",
        "architecture": "Arm64",
        "security_type": "TrustedLaunchSupported",
        "disk_controllers": ["SCSI", "NVMe"],
        "hibernation": True,
        "features": {
            "SecurityType": "TrustedLaunchSupported",
            "DiskControllerTypes": "SCSI, NVMe",
            "IsHibernateSupported": "True",
            "IsAcceleratedNetworkSupported": "True",
        },
        "os_disk_size_gib": 127,
        "data_disk_luns": [0, 1],
        "plan": {"name": "gold", "publisher": "acme", "product": "server"},
        "deprecation": {
            "state": "ScheduledForDeprecation",
            "scheduled_time": "2027-03-01T00:00:00.000000Z",
            "alternative": {"type": "Offer", "value": "server-2"},
        },
        "regions": [PLACE],
        "exclude_from_latest": False,
        "latest": True,
    }


def test_version_without_properties_is_v1_and_standard_and_its_architecture_unknown():
    (row,) = rows(offering(version("acme:server:gold:1.0.0")), publisher="acme")
    assert (row["hyper_v_generation"], row["security_type"], row["architecture"]) == ("V1", "Standard", None)


def test_filter_by_architecture_does_not_find_a_version_without_one():
    assert found(offering(version("acme:server:gold:1.0.0")), publisher="acme", architecture="x64") == []


@pytest.mark.parametrize(("wanted", "expected"), [(True, ["soon"]), (False, ["sound"])])
def test_images_are_chosen_by_the_state_of_their_newest_version(wanted, expected):
    azure = offering(
        version("acme:server:sound:1.0.9", imageDeprecationStatus=status("Deprecated")),
        version("acme:server:sound:1.0.10", imageDeprecationStatus=status("Active")),
        version("acme:server:soon:1.0.0", imageDeprecationStatus=status("ScheduledForDeprecation", "2027-03-01T00:00:00Z")),
    )
    assert [each["sku"] for each in rows(azure, publisher="acme", deprecated=wanted)] == expected


@pytest.mark.parametrize("versions", ["newest", "latest"])
def test_older_version_is_found_if_the_newest_one_was_withdrawn(versions):
    azure = offering(withdrawn("1.0.10"), *numbered("1.0.9", imageDeprecationStatus=status("Active")), *numbered("1.0.8"))
    assert found(azure, publisher="acme", versions=versions, deprecated=False) == ["acme:server:gold:1.0.9"]


def test_terms_are_read_once_per_plan_of_the_rows_that_are_shown():
    plan = {"name": "gold", "publisher": "acme", "product": "server"}
    azure = offering(
        version("acme:server:gold:1.0.0", plan=plan),
        version("acme:server:gold-gen2:1.0.0", plan=plan),
        version("acme:server:silver:1.0.0", plan={**plan, "name": "silver"}),
    )
    after = IMAGES.plan(azure, request(publisher="acme", terms=True, limit=2), False).after
    assert after["truncated"]
    assert [each for each in azure.reads if each.startswith("terms")] == ["terms of gold"]


def test_plan_is_the_one_of_the_version_and_not_made_from_its_names():
    plan = {"name": "base", "publisher": "acme-inc", "product": "server-plans"}
    (row,) = rows(offering(version("acme:server:gold:1.0.0", plan=plan)), publisher="acme")
    assert row["plan"] == plan
