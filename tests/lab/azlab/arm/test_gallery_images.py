# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image definitions with plain HTTP: answers as recorded, defaults by api-version, and requests that Azure refuses."""

from __future__ import annotations

import datetime
import json
import time
from typing import Any

import pytest
from azlab.faults import LATE

from tests.support.gallery_bodies import SECURE, definition, features, sent_by
from tests.support.lab_gallery import LabGallery
from tests.support.running_lab import LOCATION, RunningLab
from tests.support.waiting import wait_until

IDENTIFIER = {"publisher": "p", "offer": "o", "sku": "sku-i"}


@pytest.fixture
def made(lab: RunningLab, group: str) -> LabGallery:
    """A private gallery."""
    return LabGallery(lab, group).made()


def body(**more: Any) -> dict[str, Any]:
    """The body of the definition `i`."""
    return definition("sku-i", **more)


# --- creating, showing, listing, deleting --------------------------------------------------------------------------------------------


def test_a_definition_is_created_as_recorded(made: LabGallery) -> None:
    answer = made.ask("PUT", "images/i", body())
    assert answer.status_code == 201
    assert "/capsOperations/" in answer.headers["azure-asyncoperation"]
    assert "location" not in answer.headers
    properties = {
        "hyperVGeneration": "V1",
        "architecture": "x64",
        "osType": "Linux",
        "osState": "Generalized",
        "identifier": IDENTIFIER,
        "provisioningState": "Creating",
    }
    head = {"name": "i", "id": f"{made.id}/images/i", "type": "Microsoft.Compute/galleries/images", "location": LOCATION}
    assert answer.json() == {**head, "properties": properties}
    assert made.properties("images/i") == {**properties, "provisioningState": "Succeeded"}
    assert "architecture" not in made.at("2020-09-30").properties("images/i")


def test_definitions_are_listed(made: LabGallery) -> None:
    made.definition("a")
    made.definition("b")
    assert [each["name"] for each in made.ask("GET", "images").json()["value"]] == ["a", "b"]
    assert LabGallery(made.lab, made.group, "none").refused("GET", "images")[:2] == (404, "ParentResourceNotFound")


def test_resources_of_a_group_include_definitions(made: LabGallery) -> None:
    made.definition()
    listed = made.lab.arm("GET", f"resourceGroups/{made.group}/resources", version="2021-04-01").json()["value"]
    assert [each["name"] for each in listed] == ["g", "g/i"]


def test_a_missing_definition_or_gallery_is_named(made: LabGallery) -> None:
    status, code, text = made.refused("GET", "images/i")
    assert (status, code) == (404, "ResourceNotFound")
    assert "'Microsoft.Compute/galleries/g/images/i'" in text
    assert made.ask("DELETE", "images/i").status_code == 204
    for method, content in (("GET", None), ("PUT", body()), ("DELETE", None)):
        status, code, text = LabGallery(made.lab, made.group, "none").refused(method, "images/i", content)
        assert (status, code) == (404, "ParentResourceNotFound")
        assert text.endswith("Parent resource 'none' not found.")


def test_a_definition_is_deleted(made: LabGallery) -> None:
    made.definition()
    assert made.ask("DELETE", "images/i").status_code == 202
    assert made.refused("GET", "images/i")[0] == 404


@pytest.mark.parametrize("late", [False, True])
def test_a_gallery_is_deleted_at_once_after_its_definition_or_later(made: LabGallery, late: bool) -> None:
    made.definition()
    with made.lab.switched("late_nested_deletion", late):
        made.ask("DELETE", "images/i")
        assert made.refused("GET", "images/i")[0] == 404
        if late:
            status, code, text = made.refused("DELETE")
            assert (status, code) == (409, "CannotDeleteResource")
            assert "galleries/g/images/i" in text
        wait_until(lambda: made.ask("DELETE").status_code == 202, "the gallery is deleted", LATE + 5 if late else 0)


def test_galleries_of_the_file_outside_are_still_shown(made: LabGallery) -> None:
    path = made.lab.settings.state / "outside.json"
    path.write_text(json.dumps({"galleryImages": {f"{made.id}/images/far": {"osType": "Linux", "versions": {}}}}))
    try:
        assert made.properties("images/far")["osType"] == "Linux"
        assert made.ask("GET", "images/far/versions").json() == {"value": []}
    finally:
        path.unlink()


# --- defaults and values -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2019-07-01", "2019-12-01", "2020-09-30", "2021-07-01", "2022-03-03", "2024-03-03"])
def test_older_versions_make_definitions_of_generation_1(made: LabGallery, version: str) -> None:
    made.at(version).definition()
    found = made.properties("images/i")
    assert (found["hyperVGeneration"], found["architecture"]) == ("V1", "x64")
    assert "features" not in found


@pytest.mark.parametrize(
    ("given", "generation", "security"),
    [
        ({}, "V2", ["TrustedLaunchSupported"]),
        ({"hyperVGeneration": "V2"}, "V2", ["TrustedLaunchSupported"]),
        ({"hyperVGeneration": "V1"}, "V1", []),
        ({"features": features(SecurityType="Standard")}, "V2", ["Standard"]),
        ({"hyperVGeneration": "V2", "features": features(SecurityType="TrustedLaunch")}, "V2", ["TrustedLaunch"]),
    ],
)
def test_newer_versions_make_definitions_for_trusted_launch(
    made: LabGallery, given: dict[str, Any], generation: str, security: list[str]
) -> None:
    found = made.at(SECURE).definition(**given)
    assert found["hyperVGeneration"] == generation
    assert [each["value"] for each in found.get("features", [])] == security


@pytest.mark.parametrize("refused", [False, True])
def test_the_security_type_standard_is_known_to_older_versions_or_not(made: LabGallery, refused: bool) -> None:
    standard = body(hyperVGeneration="V2", features=features(SecurityType="Standard"))
    with made.lab.switched("no_standard_security_type", refused):
        assert made.ask("PUT", "images/i", standard).status_code == (400 if refused else 201)
        assert made.at(SECURE).ask("PUT", "images/new", definition("new", features=features(SecurityType="Standard"))).status_code == 201


def test_all_properties_are_kept(made: LabGallery) -> None:
    given = {
        "description": "d",
        "eula": "e",
        "privacyStatementUri": "https://example.com/p",
        "releaseNoteUri": "https://example.com/r",
        "hyperVGeneration": "V2",
        "architecture": "Arm64",
        "features": [{"name": "IsHibernateSupported", "value": "True", "startsAtVersion": "2.0.0"}],
        "recommended": {"vCPUs": {"min": 1, "max": 4}, "memory": {"min": 1, "max": 8}},
        "disallowed": {"diskTypes": ["Standard_LRS"]},
        "purchasePlan": {"name": "n", "publisher": "p", "product": "q"},
        "allowUpdateImage": True,
    }
    found = made.definition(**given, endOfLifeDate="2099-12-31T12:59:59.000Z")
    assert {name: found[name] for name in given} == given
    assert found["endOfLifeDate"] == "2099-12-31T12:59:59+00:00"
    old = made.at("2023-07-03").properties("images/i")
    assert "allowUpdateImage" not in old
    assert old["features"] == features(IsHibernateSupported="True")


def test_a_property_that_the_version_does_not_know_is_not_kept(made: LabGallery) -> None:
    made.at("2023-07-03").definition(allowUpdateImage=True)
    assert "allowUpdateImage" not in made.properties("images/i")


@pytest.mark.other_bodies
def test_values_are_compared_without_case(made: LabGallery) -> None:
    found = made.definition(osType="linux", osState="GENERALIZED", hyperVGeneration="v2", architecture="X64")
    assert [found[name] for name in ("osType", "osState", "hyperVGeneration", "architecture")] == ["Linux", "Generalized", "V2", "x64"]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"osType": None}, "Required parameter 'galleryImage.properties.osType' is missing"),
        ({"osState": None}, "Required parameter 'galleryImage.properties.osState' is missing"),
        ({"identifier": None}, "Required parameter 'galleryImage.properties.identifier' is missing"),
        ({"osType": "BeOS"}, "The value 'BeOS' of parameter 'galleryImage.properties.osType' is invalid"),
        ({"hyperVGeneration": "V3"}, "The value 'V3'"),
        ({"architecture": "arm"}, "The value 'arm'"),
        (
            {"identifier": {"publisher": "p p", "offer": "o", "sku": "s"}},
            "Asset name galleryImage.properties.identifier.publisher is not valid",
        ),
        ({"identifier": {"publisher": "p", "offer": "o.", "sku": "s"}}, "Names are not allowed to end with period"),
        ({"identifier": {"publisher": "p", "offer": "", "sku": "s"}}, "Asset name galleryImage.properties.identifier.offer is not valid"),
        ({"identifier": {"publisher": "p", "offer": "o", "sku": "s" * 65}}, "cannot exceed 64 characters"),
        ({"identifier": {"publisher": "p" * 129, "offer": "o", "sku": "s"}}, "cannot exceed 128 characters"),
        ({"endOfLifeDate": "2020-01-01"}, "EndOfLifeDate must be set to a future date."),
        ({"recommended": {"vCPUs": {"min": 4, "max": 1}}}, "The minimum value of galleryImage.properties.recommended.vCPUs"),
        ({"features": features(SecurityType="Trusted")}, "The value 'Trusted' for feature 'SecurityType' is invalid."),
        ({"features": features(DiskControllerTypes="NVMe")}, "The value 'NVMe' for feature 'DiskControllerTypes' is invalid."),
        ({"features": features(Nonsense="True")}, "The feature 'Nonsense' is invalid."),
        ({"features": features(SecurityType="TrustedLaunch") * 2, "hyperVGeneration": "V2"}, "more than once"),
        ({"features": features(SecurityType="TrustedLaunchSupported")}, "is not supported for Hypervisor generation 'V1'"),
        ({"architecture": "Arm64"}, "The architecture 'Arm64' is not supported for Hypervisor generation 'V1'"),
    ],
)
def test_bad_values_are_refused(made: LabGallery, given: dict[str, Any], text: str) -> None:
    refused = made.refused("PUT", "images/i", body(**given))
    assert refused[:2] == (400, "InvalidParameter")
    assert text in refused[2]
    assert made.ask("GET", "images/i").status_code == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"endOfLifeDate": "soon"}, 400),
        ({"features": {}}, 400),
        ({"identifier": "p:o:s"}, 400),
        ({"recommended": {"vCPUs": {"min": "1"}}}, 400),
    ],
)
def test_values_of_a_wrong_kind_are_refused(made: LabGallery, given: dict[str, Any], status: int) -> None:
    assert made.refused("PUT", "images/i", body(**given))[:2] == (status, "InvalidRequestContent")


@pytest.mark.parametrize("name", ["i.", "i_"])
def test_a_name_with_a_bad_end_is_refused(made: LabGallery, name: str) -> None:
    status, code, text = made.refused("PUT", f"images/{name}", body())
    assert (status, code) == (400, "InvalidResourceName")
    assert f"The provided resource name g/{name} has" in text


def test_an_identifier_is_used_once_in_a_gallery(made: LabGallery) -> None:
    made.definition()
    status, code, text = made.refused("PUT", "images/other", definition("SKU-I"))
    assert (status, code) == (409, "Conflict")
    assert text.startswith("Gallery image: i identified by (publisher:p, offer:o, sku:sku-i) already exists.")
    assert LabGallery(made.lab, made.group, "g2").made().definition()


@pytest.mark.parametrize("permissions", ["Groups", "Community"])
def test_a_shared_gallery_holds_no_trusted_launch_images(lab: RunningLab, group: str, permissions: str) -> None:
    gallery = LabGallery(lab, group).made(permissions)
    trusted = body(hyperVGeneration="V2", features=features(SecurityType="TrustedLaunch"))
    assert gallery.refused("PUT", "images/i", trusted)[:2] == (400, "InvalidParameter")
    assert gallery.definition(hyperVGeneration="V2", features=features(SecurityType="TrustedLaunchSupported"))


# --- changing ------------------------------------------------------------------------------------------------------------------------


def test_what_may_change_is_replaced_by_a_put(made: LabGallery) -> None:
    made.definition(description="d", releaseNoteUri="r", recommended={"vCPUs": {"min": 1}})
    answer = made.ask("PUT", "images/i", {**body(description="e"), "tags": {"a": "b"}})
    assert answer.status_code == 200
    assert answer.json()["properties"]["provisioningState"] == "Updating"
    found = made.ask("GET", "images/i").json()
    assert found["tags"] == {"a": "b"}
    assert found["properties"]["description"] == "e"
    assert "releaseNoteUri" not in found["properties"]
    assert "recommended" not in found["properties"]


def test_what_may_change_is_changed_by_a_patch(made: LabGallery) -> None:
    made.definition(description="d", endOfLifeDate="2098-01-01T00:00:00Z")
    answer = made.ask("PATCH", "images/i", {"tags": {"a": "b"}, "properties": {"endOfLifeDate": "2099-01-01T00:00:00Z"}})
    assert answer.status_code == 200
    found = made.properties("images/i")
    assert (found["description"], found["endOfLifeDate"]) == ("d", "2099-01-01T00:00:00+00:00")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"osType": "Windows"}, "galleryImage.properties.osType"),
        ({"osState": "Specialized"}, "galleryImage.properties.osState"),
        ({"hyperVGeneration": "V1"}, "galleryImage.properties.hyperVGeneration"),
        ({"architecture": "Arm64"}, "galleryImage.properties.architecture"),
        ({"eula": "other"}, "galleryImage.properties.eula"),
        ({"privacyStatementUri": "other"}, "galleryImage.properties.privacyStatementUri"),
        ({"purchasePlan": {"name": "n"}}, "galleryImage.properties.purchasePlan"),
        ({"identifier": {**IDENTIFIER, "sku": "other"}}, "galleryImage.properties.identifier.sku"),
        ({"features": features(SecurityType="ConfidentialVMSupported", DiskControllerTypes="SCSI, NVMe")}, "SecurityType"),
        ({"features": features(SecurityType="TrustedLaunchSupported")}, "DiskControllerTypes"),
        ({"features": features(SecurityType="TrustedLaunchSupported", DiskControllerTypes="NVMe, SCSI")}, "DiskControllerTypes"),
    ],
)
def test_what_never_changes_is_refused(made: LabGallery, method: str, changed: dict[str, Any], name: str) -> None:
    fixed = {
        "hyperVGeneration": "V2",
        "features": features(SecurityType="TrustedLaunchSupported", DiskControllerTypes="NVMe, SCSI"),
        "eula": "e",
    }
    made.definition(**fixed)
    stored = features(SecurityType="TrustedLaunchSupported", DiskControllerTypes="SCSI, NVMe")
    assert made.properties("images/i")["features"] == stored
    same = sent_by(method, body(**{**fixed, "features": stored}))
    assert made.ask(method, "images/i", same).status_code == 200
    status, code, text = made.refused(method, "images/i", {**same, "properties": {**same["properties"], **changed}})
    assert (status, code) == (409, "PropertyChangeNotAllowed")
    assert text == f"Changing property '{name}' is not allowed."


def test_a_put_that_leaves_out_the_generation_asks_for_the_default(made: LabGallery) -> None:
    made.definition(hyperVGeneration="V2")
    assert made.refused("PUT", "images/i", body())[1] == "PropertyChangeNotAllowed"
    assert made.at(SECURE).ask("PUT", "images/i", body()).status_code == 200


def test_features_change_if_the_definition_allows_it(made: LabGallery) -> None:
    made.definition(hyperVGeneration="V2")
    wanted = features(SecurityType="TrustedLaunchSupported")
    refused = made.refused("PATCH", "images/i", {"properties": {"features": wanted}})
    assert refused[1] == "PropertyChangeNotAllowed"
    allowed = {"properties": {"allowUpdateImage": True, "features": wanted}}
    assert made.ask("PATCH", "images/i", allowed).status_code == 200
    assert made.properties("images/i")["features"] == wanted
    assert made.ask("PATCH", "images/i", {"properties": {"features": features(SecurityType="Standard")}}).status_code == 200


def test_an_update_never_makes_a_definition_that_contradicts_itself(made: LabGallery) -> None:
    made.definition(allowUpdateImage=True)
    trusted = {"properties": {"features": features(SecurityType="TrustedLaunch")}}
    assert made.refused("PATCH", "images/i", trusted)[:2] == (400, "InvalidParameter")


def test_an_end_of_life_that_has_passed_may_be_sent_again(made: LabGallery) -> None:
    soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)).isoformat()
    made.definition(endOfLifeDate=soon)
    time.sleep(1)
    assert made.ask("PUT", "images/i", body(endOfLifeDate=soon)).status_code == 200
    assert made.refused("PUT", "images/i", body(endOfLifeDate="2020-01-01"))[2] == "EndOfLifeDate must be set to a future date."


def test_a_definition_stays_in_its_region(made: LabGallery) -> None:
    made.definition()
    status, code, text = made.refused("PUT", "images/i", {**body(), "location": "eastus"})
    assert (status, code) == (409, "InvalidResourceLocation")
    assert "'g/i'" in text
