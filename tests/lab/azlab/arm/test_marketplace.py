# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the Marketplace's catalogue in the lab: lists and versions as they were recorded, and refusals as Azure words them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from azlab.arm.compute.marketplace.catalogue import generate
from azlab.arm.compute.marketplace.tables import Image
from azlab.settings import LOCATIONS

from tests.support.catalogue import SEED
from tests.support.market_images import active, image_with, offers
from tests.support.running_lab import LOCATION, RunningLab

_ROOT = f"providers/Microsoft.Compute/locations/{LOCATION}/publishers"


def path_of(image: Image, location: str = LOCATION) -> str:
    place = f"providers/Microsoft.Compute/locations/{location}/publishers/{image.publisher}"
    return f"{place}/artifacttypes/vmimage/offers/{image.offer}/skus/{image.sku}/versions"


def read(lab: RunningLab, path: str, version: str = "2024-07-01") -> httpx.Response:
    """The answer to a GET; the path may have a query."""
    path, _, query = path.partition("?")
    params = {"api-version": version, **dict(each.split("=") for each in query.split("&") if each)}
    return lab.http.get(f"/subscriptions/{lab.settings.subscription}/{path}", params=params)


def listed(lab: RunningLab, path: str, version: str = "2024-07-01") -> list[dict[str, Any]]:
    answer = read(lab, path, version)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def refused(lab: RunningLab, path: str) -> tuple[int, str, str]:
    answer = read(lab, path)
    return answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["message"]


def test_publishers_are_listed_as_recorded(catalogue_lab: RunningLab) -> None:
    found = listed(catalogue_lab, _ROOT)
    names = [each["name"] for each in found]
    assert len(names) == 975
    assert names == sorted(names, key=str.upper)
    place = f"/Subscriptions/{catalogue_lab.settings.subscription}/Providers/Microsoft.Compute/Locations/{LOCATION}"
    assert found[0] == {"location": LOCATION, "name": names[0], "id": f"{place}/Publishers/{names[0]}"}


def test_offers_skus_and_versions_are_listed_as_recorded(catalogue_lab: RunningLab) -> None:
    image = image_with(lambda each: each.publisher == "Debian" and each.sku == "12-gen2" and each.offer == "debian-12")
    place = f"/Subscriptions/{catalogue_lab.settings.subscription}/Providers/Microsoft.Compute/Locations/{LOCATION}/Publishers/Debian"
    offer_id = f"{place}/ArtifactTypes/VMImage/Offers/debian-12"
    offer, sku, version = path_of(image).partition("/debian-12")[0], path_of(image).partition("/12-gen2")[0], path_of(image)
    assert {"location": LOCATION, "name": "debian-12", "id": offer_id} in listed(catalogue_lab, offer)
    upgrade = {"automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": False}}
    found = {each["name"]: each for each in listed(catalogue_lab, sku)}
    assert found["12-gen2"] == {"properties": upgrade, "location": LOCATION, "name": "12-gen2", "id": f"{offer_id}/Skus/12-gen2"}
    names = [each.name for each in image.in_region(LOCATION)]
    assert listed(catalogue_lab, version) == [
        {"location": LOCATION, "name": name, "id": f"{offer_id}/Skus/12-gen2/Versions/{name}"} for name in names
    ]


def test_names_are_found_in_any_case_and_a_region_by_its_display_name(catalogue_lab: RunningLab) -> None:
    path = f"providers/microsoft.compute/locations/{LOCATIONS[LOCATION]}/publishers/debian/ArtifactTypes/VMImage/offers/DEBIAN-12/skus"
    assert {each["location"] for each in listed(catalogue_lab, path)} == {LOCATION}


def test_a_version_shows_its_properties_in_the_recorded_order(catalogue_lab: RunningLab) -> None:
    image = image_with(
        lambda each: bool(each.plan and not each.managed and each.data_disks and any(not v.deprecated for v in each.in_region(LOCATION)))
    )
    version = active(image)[0]
    answer = catalogue_lab.arm("GET", f"{path_of(image)}/{version.name}").json()
    assert list(answer) == ["properties", "location", "name", "id"]
    assert list(answer["properties"]) == [
        *("hyperVGeneration", "architecture", "replicaType", "disallowed", "automaticOSUpgradeProperties", "imageDeprecationStatus"),
        *("features", "plan", "osDiskImage", "dataDiskImages"),
    ]
    assert answer["properties"]["plan"] == {"publisher": image.publisher, "name": image.sku, "product": image.offer}
    gib = image.size // 1024**3
    assert answer["properties"]["osDiskImage"] == {"operatingSystem": image.os_type, "sizeInGb": gib, "sizeInBytes": image.size + 512}
    assert answer["properties"]["dataDiskImages"] == [{"lun": lun} for lun, _ in image.data_disks]


def test_an_image_for_managed_disks_alone_does_not_say_how_big_its_disk_is(catalogue_lab: RunningLab) -> None:
    image = image_with(lambda each: each.managed and bool(each.in_region(LOCATION)))
    found = listed(catalogue_lab, f"{path_of(image)}?$expand=properties")[0]["properties"]
    assert (found["replicaType"], found["disallowed"]) == ("Managed", {"vmDiskType": "Unmanaged"})
    assert found["osDiskImage"] == {"operatingSystem": image.os_type}


@pytest.mark.parametrize(
    ("version", "hidden"),
    [
        (
            "2018-06-01",
            {"automaticOSUpgradeProperties", "hyperVGeneration", "disallowed", "features", "architecture", "imageDeprecationStatus"},
        ),
        ("2020-06-01", {"features", "architecture", "imageDeprecationStatus"}),
        ("2022-08-01", {"imageDeprecationStatus"}),
        ("2024-07-01", set()),
    ],
)
def test_an_old_api_version_does_not_show_later_properties(catalogue_lab: RunningLab, version: str, hidden: set[str]) -> None:
    path = path_of(image_with(lambda each: each.sku == "12-gen2"))
    everything = set(listed(catalogue_lab, f"{path}?$expand=properties", "2026-04-01")[0]["properties"])
    assert everything - set(listed(catalogue_lab, f"{path}?$expand=properties", version)[0]["properties"]) == hidden


@pytest.mark.parametrize("expand", ["properties", "Properties", "properties/imageDeprecationStatus"])
def test_a_list_with_expanded_properties_equals_single_reads(catalogue_lab: RunningLab, expand: str) -> None:
    image = image_with(lambda each: len(active(each)) > 2)
    found = [each for each in listed(catalogue_lab, f"{path_of(image)}?$expand={expand}") if "Deprecated" not in str(each["properties"])]
    assert found == [catalogue_lab.arm("GET", f"{path_of(image)}/{each['name']}").json() for each in found]


def test_versions_are_ordered_by_name_and_not_by_number(catalogue_lab: RunningLab) -> None:
    image = image_with(lambda each: {"1.0.9", "1.0.10"} <= {version.name for version in each.in_region(LOCATION)})
    names = [each.name for each in image.in_region(LOCATION)]
    assert names.index("1.0.10") < names.index("1.0.9")
    assert [each["name"] for each in listed(catalogue_lab, path_of(image))] == names
    assert [each["name"] for each in listed(catalogue_lab, f"{path_of(image)}?$orderby=name desc&$top=2")] == names[::-1][:2]
    assert [each["name"] for each in listed(catalogue_lab, f"{path_of(image)}?$top=1&$orderby=name asc")] == names[:1]


def test_the_location_global_has_all_versions(catalogue_lab: RunningLab) -> None:
    image = image_with(lambda each: any(version.missing_in for version in each.versions))
    found = listed(catalogue_lab, path_of(image, "global"))
    assert [each["name"] for each in found] == [each.name for each in image.versions]
    assert {each["location"] for each in found} == {"global"}


def test_a_publisher_of_extensions_has_no_offers(catalogue_lab: RunningLab) -> None:
    name = next(each.name for each in generate(SEED).publishers.values() if each.offers == {})
    assert listed(catalogue_lab, f"{_ROOT}/{name}/artifacttypes/vmimage/offers") == []


def test_a_listed_publisher_is_not_found(catalogue_lab: RunningLab) -> None:
    name = next(each.name for each in generate(SEED).publishers.values() if each.offers is None)
    assert refused(catalogue_lab, f"{_ROOT}/{name}/artifacttypes/vmimage/offers") == (404, "NotFound", f"Publisher: {name} was not found.")


def test_an_image_without_versions_has_an_empty_list(catalogue_lab: RunningLab) -> None:
    assert listed(catalogue_lab, path_of(image_with(lambda each: not each.versions))) == []


def test_a_region_lacks_offers_and_versions_that_others_have(catalogue_lab: RunningLab) -> None:
    offer = next(each for each in offers() if each.missing_in)
    image = next(iter(offer.images.values()))
    there = next(region for region in LOCATIONS if region not in offer.missing_in)
    assert refused(catalogue_lab, path_of(image, offer.missing_in[0]))[:2] == (404, "NotFound")
    assert catalogue_lab.arm("GET", path_of(image, there)).status_code == 200
    everywhere = (image for other in offers() if not other.missing_in for image in other.images.values())
    partly = next(each for each in everywhere if any(version.missing_in for version in each.versions))
    version = next(each for each in partly.versions if each.missing_in)
    assert version.name not in [each["name"] for each in listed(catalogue_lab, path_of(partly, version.missing_in[0]))]
    assert refused(catalogue_lab, f"{path_of(partly, version.missing_in[0])}/{version.name}")[:2] == (404, "NotFound")


def test_a_deprecated_version_is_refused_when_it_is_read_alone(catalogue_lab: RunningLab) -> None:
    image = image_with(lambda each: any(version.deprecated for version in each.in_region(LOCATION)))
    version = next(each for each in image.in_region(LOCATION) if each.deprecated)
    names = f"publisher: {image.publisher} with - Offer: {image.offer}, Sku: {image.sku}, Version: {version.name}"
    said = f"VM Image from {names} is deprecated."
    assert refused(catalogue_lab, f"{path_of(image)}/{version.name}") == (404, "ImageVersionDeprecated", said)
    expanded = {each["name"]: each for each in listed(catalogue_lab, f"{path_of(image)}?$expand=properties/imageDeprecationStatus")}
    assert expanded[version.name]["properties"]["imageDeprecationStatus"]["imageState"] == "Deprecated"


def test_a_scheduled_deprecation_names_its_time_and_the_alternative(catalogue_lab: RunningLab) -> None:
    image = image_with(lambda each: any(v.deprecation.time and v.deprecation.option == "Plan" for v in each.in_region(LOCATION)))
    version = next(each for each in image.in_region(LOCATION) if each.deprecation.time)
    assert catalogue_lab.arm("GET", f"{path_of(image)}/{version.name}").json()["properties"]["imageDeprecationStatus"] == {
        "imageState": "ScheduledForDeprecation",
        "scheduledDeprecationTime": version.deprecation.time,
        "alternativeOption": {"type": "Plan", "value": version.deprecation.alternative},
    }


@pytest.mark.parametrize("unlisted", [False, True])
def test_deprecated_versions_are_listed_or_not(catalogue_lab: RunningLab, unlisted: bool) -> None:
    image = image_with(lambda each: any(version.deprecated for version in each.in_region(LOCATION)))
    names = [each.name for each in (active(image) if unlisted else image.in_region(LOCATION))]
    with catalogue_lab.switched("unlisted_deprecated", unlisted):
        assert [each["name"] for each in listed(catalogue_lab, path_of(image))] == names


def test_an_unknown_region_is_refused(catalogue_lab: RunningLab) -> None:
    status, code, said = refused(catalogue_lab, "providers/Microsoft.Compute/locations/atlantis/publishers")
    assert (status, code) == (400, "NoRegisteredProviderFound")
    assert said.startswith("No registered resource provider found for location 'atlantis' and API version '2024-07-01' for type")
    assert said.endswith(f"The supported locations are '{', '.join(LOCATIONS)}'.")


@pytest.mark.parametrize("query", ["$top=few", "$orderby=publishingDate", "$expand=everything"])
def test_a_bad_query_is_refused(catalogue_lab: RunningLab, query: str) -> None:
    path = path_of(image_with(lambda each: each.sku == "12-gen2"))
    assert refused(catalogue_lab, f"{path}?{query}")[:2] == (400, "InvalidParameter")


def test_a_lab_without_a_seed_has_an_empty_catalogue(lab: RunningLab) -> None:
    assert listed(lab, _ROOT) == []
    assert refused(lab, path_of(image_with(lambda each: each.sku == "12-gen2")))[:2] == (404, "NotFound")


def test_the_sdk_reads_the_catalogue(catalogue_lab: RunningLab) -> None:
    images = catalogue_lab.compute.virtual_machine_images
    assert len(images.list_publishers(LOCATION)) == 975
    assert "12-gen2" in [each.name for each in images.list_skus(LOCATION, "Debian", "debian-12")]
