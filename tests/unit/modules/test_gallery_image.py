# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_image from options to result, against an Azure in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY_IMAGE, GALLERY_IMAGE_VERSION
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk import calls
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image

from tests.support.fakes import FakeAzure
from tests.support.gallery_values import DEFINITION, DIRECT, FULL_IMAGE, HUB, PRIVATE, VERSION, WEB
from tests.support.module_runner import ModuleRunner
from tests.support.option_cases import CHANGED
from tests.support.options.gallery_image import BASE, CASES

NAMED = {"gallery": "hub", "resource_group": "images", "name": "web"}
NEW = {**NAMED, **BASE}
NEVER = [
    ({"os_type": "Windows"}, "its os_type is 'Linux', not 'Windows'", "osType"),
    ({"os_state": "specialized"}, "its os_state is 'Generalized', not 'Specialized'", "osState"),
    ({"hyper_v_generation": "V1"}, "its hyper_v_generation is 'V2', not 'V1'", "hyperVGeneration"),
    ({"architecture": "Arm64"}, "its architecture is 'x64', not 'Arm64'", "architecture"),
    ({"identifier": {"publisher": "other"}}, "its identifier.publisher is 'example', not 'other'", "identifier.publisher"),
    ({"eula": "new"}, "its eula is 'e', not 'new'", "eula"),
    ({"purchase_plan": {"name": "new"}}, "its purchase_plan.name is 'n', not 'new'", "purchasePlan.name"),
]


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(gallery_image, monkeypatch)


def stored(**properties) -> FakeAzure:
    """An Azure with a gallery and the definition, which has these properties too."""
    return FakeAzure(galleries=[PRIVATE], gallery_images=[replace(DEFINITION, properties={**DEFINITION.properties, **properties})])


def feature(name: str, value: str, **more: str) -> dict[str, str]:
    return {"name": name, "value": value, **more}


def test_generation_and_architecture_are_always_sent(run):
    azure = FakeAzure(galleries=[PRIVATE])
    run.predict_do_repeat(azure, **NEW)
    assert azure.writes == [
        (
            "create",
            "image definition",
            "web",
            {
                "location": "westeurope",
                "tags": {},
                "properties": {
                    "hyperVGeneration": "V2",
                    "architecture": "x64",
                    "osType": "Linux",
                    "osState": "Generalized",
                    "identifier": BASE["identifier"],
                },
            },
        )
    ]


def test_generation_1_is_sent_though_it_may_be_the_default(run):
    azure = FakeAzure(galleries=[PRIVATE])
    run.predict_do_repeat(azure, **NEW, hyper_v_generation="V1")
    assert azure.writes[0][3]["properties"]["hyperVGeneration"] == "V1"


def test_standard_is_what_a_definition_without_security_type_has(run):
    """That holds before api-version 2025-03-03; from then on, Standard must be sent."""
    assert calls.GALLERIES < "2025-03-03"
    azure = FakeAzure(galleries=[PRIVATE])
    run.predict_do_repeat(azure, **NEW, security_type="Standard")
    assert "features" not in azure.writes[0][3]["properties"]


def test_the_region_defaults_to_that_of_the_gallery(run):
    azure = FakeAzure(galleries=[replace(PRIVATE, location="northeurope")])
    run(azure, **NEW)
    assert azure.writes[0][3]["location"] == "northeurope"


@pytest.mark.parametrize("value", ["NVMe, SCSI", "SCSI,NVMe", "SCSI, NVMe"])
def test_disk_controllers_are_a_set(run, value):
    azure = stored(features=[feature("DiskControllerTypes", value)])
    for given in (["SCSI", "NVMe"], ["NVMe", "SCSI"]):
        assert run(azure, **NAMED, disk_controller_types=given)["changed"] is False
    assert azure.writes == []


def test_the_stored_spelling_and_order_of_features_are_kept(run):
    old = [feature("DiskControllerTypes", "NVMe, SCSI"), feature("IsHibernateSupported", "true")]
    azure = stored(features=old, allowUpdateImage=True)
    run.predict_do_repeat(azure, **NAMED, hibernation=True, disk_controller_types=["SCSI", "NVMe"], accelerated_networking=True)
    assert azure.writes[0][3]["properties"]["features"] == [*old, feature("IsAcceleratedNetworkSupported", "True")]


@pytest.mark.parametrize("absent", [
    {"security_type": "Standard"}, {"disk_controller_types": ["SCSI"]}, {"hibernation": False}, {"accelerated_networking": False},
])  # fmt: skip
def test_a_feature_that_is_not_stored_has_its_default(run, absent):
    assert run(stored(), **NAMED, **absent)["changed"] is False


@pytest.mark.parametrize(
    ("given", "same"),
    [("2027-01-01", True), ("2027-01-01T00:00:00Z", True), ("2027-01-01 01:00:00+01:00", True), ("2027-01-02", False)],
)
def test_dates_are_compared_as_times(run, given, same):
    azure = stored(endOfLifeDate="2027-01-01T00:00:00+00:00")
    assert run(azure, check=True, **NAMED, end_of_life_date=given)["changed"] is not same


def test_a_date_that_is_over_may_be_repeated_but_not_set(run):
    azure = stored(endOfLifeDate="2020-01-01T00:00:00+00:00")
    assert run(azure, **NAMED, end_of_life_date="2020-01-01")["changed"] is False
    refused = run(azure, **NAMED, end_of_life_date="2020-01-02")["msg"]
    text = "end_of_life_date: 2020-01-02T00:00:00Z is not in the future (Azure: EndOfLifeDate must be set to a future date.)"
    assert refused == f"{text}: give end_of_life_date another value."


@pytest.mark.parametrize(("options", "clause", "path"), NEVER)
def test_what_never_changes_is_refused_with_both_values(run, options, clause, path):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[FULL_IMAGE], read_only=True)
    message = run(azure, **NAMED, **options)["msg"]
    assert clause in message
    assert f"(Azure: Changing property 'galleryImage.properties.{path}' is not allowed.)" in message


def test_a_value_that_reads_like_nothing_is_not_taken_for_a_missing_one(run):
    message = run(stored(), **NAMED, purchase_plan={"name": "none"})["msg"]
    assert "it has no purchase_plan.name, and 'none' is requested" in message


def test_all_refused_options_are_named_at_once(run):
    message = run(stored(), **NAMED, os_type="Windows", eula="new", location="northeurope")["msg"]
    assert "but its location is 'westeurope', not 'northeurope' and its os_type is 'Linux', not 'Windows' and it has no eula," in message


def test_a_feature_is_refused_while_the_definition_does_not_allow_it(run):
    azure = stored(features=[feature("SecurityType", "TrustedLaunchSupported")])
    message = run(azure, **NAMED, security_type="Standard")["msg"]
    assert "its security_type is 'TrustedLaunchSupported', not 'Standard'" in message
    assert azure.writes == []


def test_an_allowed_security_type_becomes_standard_by_leaving_it_out(run):
    azure = stored(
        features=[feature("SecurityType", "TrustedLaunchSupported"), feature("IsHibernateSupported", "True")], allowUpdateImage=True
    )
    run.predict_do_repeat(azure, **NAMED, security_type="Standard")
    assert azure.writes[0][3]["properties"]["features"] == [feature("IsHibernateSupported", "True")]


def test_all_properties_but_unchanged_features_are_sent_with_a_change(run):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[replace(FULL_IMAGE, properties={**FULL_IMAGE.properties, "later": 1})])
    run.predict_do_repeat(azure, **NAMED, description="new")
    sent = {**FULL_IMAGE.properties, "description": "new", "later": 1}
    assert azure.writes[0][3] == {"properties": {key: sent[key] for key in sent if key not in ("features", "provisioningState")}}


def test_one_change_does_not_hide_another(run):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[FULL_IMAGE])
    done = run.predict_do_repeat(
        azure, **NAMED, recommended={"v_cpus": {"max": 4}}, disallowed_disk_types=["Premium_LRS"], release_note_uri="new", tags={"a": "1"}
    )
    assert done["steps"] == [
        "change release_note_uri, recommended.v_cpus.max, disallowed_disk_types, tags of image definition web in gallery hub"
    ]
    properties = azure.writes[0][3]["properties"]
    assert properties["recommended"] == {"vCPUs": {"min": 2, "max": 4}, "memory": {"min": 4, "max": 32}}
    assert properties["disallowed"] == {"diskTypes": ["Premium_LRS"]}


def test_a_new_limit_is_compared_with_the_stored_one(run):
    message = run(FakeAzure(gallery_images=[FULL_IMAGE], read_only=True), **NAMED, recommended={"v_cpus": {"max": 1}})["msg"]
    assert message == "recommended.v_cpus: min is 2 and max is 1: min must not be greater than max."


def test_disk_types_are_a_set_and_may_become_empty(run):
    azure = stored(disallowed={"diskTypes": ["Standard_LRS", "Premium_LRS"]})
    assert run(azure, **NAMED, disallowed_disk_types=["Premium_LRS", "Standard_LRS"])["changed"] is False
    run.predict_do_repeat(azure, **NAMED, disallowed_disk_types=[])
    assert azure.writes[0][3]["properties"]["disallowed"] == {"diskTypes": []}


@pytest.mark.parametrize("case", [case for case in CASES if case.outcome == CHANGED], ids=lambda case: case.option)
def test_an_option_is_set_on_a_definition_that_has_no_value_of_it(run, case):
    assert run.predict_do_repeat(stored(), **case.params(case.first, NAMED))["changed"]


def test_an_empty_string_counts_as_omitted(run):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[FULL_IMAGE], read_only=True)
    empty = dict.fromkeys(("os_type", "os_state", "eula", "description", "security_type", "end_of_life_date", "location"), "")
    assert run(azure, **NAMED, **empty)["changed"] is False


def test_a_list_that_an_empty_string_became_counts_as_omitted(run):
    empty = {"disallowed_disk_types": "", "disk_controller_types": ""}
    assert run(stored(disallowed={"diskTypes": ["Standard_LRS"]}), **NAMED, **empty)["changed"] is False
    azure = FakeAzure(galleries=[PRIVATE])
    run(azure, **NEW, **empty)
    assert "disallowed" not in azure.writes[0][3]["properties"]


@pytest.mark.parametrize(
    ("features", "text"),
    [
        ({"security_type": "TrustedLaunch", "features": [feature("securitytype", "Standard")]}, "SecurityType is given twice"),
        ({"features": [feature("A", "1"), feature("a", "2")]}, "a is given twice"),
        ({"end_of_life_date": "2020-01-01"}, "end_of_life_date: 2020-01-01T00:00:00Z is not in the future"),
        ({"features": [feature("A", "")]}, "needs a name and a value"),
        ({"features": [feature("A", "1", starts_at_version="1.0")]}, "features.A.starts_at_version: '1.0' is not a valid version"),
        ({"hyper_v_generation": "V1", "features": [feature("SecurityType", "TrustedLaunch")]}, "needs hyper_v_generation V2"),
        ({"recommended": {"memory": {"min": 0}}}, "recommended.memory.min: must be at least 1, not 0."),
    ],
)
def test_values_that_do_not_fit_are_refused(run, features, text):
    assert text in run(FakeAzure(galleries=[PRIVATE], read_only=True), **NEW, **features)["msg"]


def test_a_second_definition_with_the_same_identifier_is_refused(run):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[DEFINITION], read_only=True)
    identifier = {"publisher": "EXAMPLE", "offer": "web", "sku": "debian-12"}
    message = run(azure, **{**NEW, "name": "other", "identifier": identifier})["msg"]
    assert (
        "Gallery image: web identified by (publisher:example, offer:web, sku:debian-12) already exists."
        " Choose a different publisher, offer, sku combination." in message
    )


@pytest.mark.parametrize("options", [{"state": "absent"}, {"os_type": "Windows", "recreate": True}])
def test_a_definition_with_versions_is_neither_deleted_nor_replaced(run, options):
    versions = [replace(VERSION, id=WEB.child(GALLERY_IMAGE_VERSION, name)) for name in ("1.10.0", "1.9.0")]
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[DEFINITION], gallery_image_versions=versions, read_only=True)
    message = run(azure, **NAMED, **options)["msg"]
    assert "while it has versions: 1.9.0, 1.10.0. Delete them first (Azure: Cannot delete resource while nested" in message


def test_a_replaced_definition_keeps_what_the_task_omits(run):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[replace(FULL_IMAGE, location="northeurope")])
    run.predict_do_repeat(azure, **NAMED, os_state="specialized", recreate=True)
    sent = {**FULL_IMAGE.properties, "osState": "Specialized"}
    assert azure.written == ["delete image definition web", "create image definition web"]
    assert azure.writes[1][3] == {
        "location": "northeurope",
        "tags": {"owner": "me"},
        "properties": {key: value for key, value in sent.items() if key != "provisioningState"},
    }


def test_a_missing_gallery_is_named(run):
    assert run(FakeAzure(), **NEW)["msg"] == ("there is no gallery hub in resource group images: create it first, or name another gallery.")
    azure = FakeAzure()
    azure.groups.missing = {"images"}
    assert "resource group images was not found" in run(azure, **NEW)["msg"]
    assert run(azure, **NAMED, state="absent")["changed"] is False


@pytest.mark.parametrize("security", ["TrustedLaunch", "ConfidentialVM"])
def test_images_that_cannot_be_shared_are_refused_in_a_gallery_for_sharing(run, security):
    azure = FakeAzure(galleries=[DIRECT], read_only=True)
    assert f"use {security}Supported, or a private gallery" in run(azure, **NEW, security_type=security)["msg"]


def test_the_permissions_of_the_gallery_are_read_in_a_form_that_shows_them(run, monkeypatch):
    azure, asked = FakeAzure(galleries=[PRIVATE]), []
    read = azure.galleries.read
    monkeypatch.setattr(azure.galleries, "read", lambda id, **query: asked.append(query) or read(id))
    run(azure, **NEW)
    assert asked == [{"$expand": "SharingProfile/Groups"}]


def test_a_failed_definition_is_completed(run):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[replace(DEFINITION, provisioning_state="Failed")])
    assert run(azure, **NAMED, description="text")["steps"] == ["complete image definition web in gallery hub"]
    assert azure.writes[0][3]["properties"] == {
        **{key: value for key, value in DEFINITION.properties.items() if key != "provisioningState"},
        "description": "text",
    }


def test_an_old_definition_without_generation_has_the_first(run):
    properties = {key: value for key, value in DEFINITION.properties.items() if key not in ("hyperVGeneration", "architecture")}
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[replace(DEFINITION, properties=properties)])
    assert run(azure, **NAMED, hyper_v_generation="V1", architecture="x64")["changed"] is False
    assert "its hyper_v_generation is 'V1', not 'V2'" in run(azure, **NAMED, hyper_v_generation="V2")["msg"]


def test_the_gallery_may_be_given_by_id(run):
    azure = FakeAzure(galleries=[PRIVATE])
    options = {key: value for key, value in NEW.items() if key != "resource_group"}
    done = run.predict_do_repeat(azure, **{**options, "gallery": {"id": str(HUB), "name": "hub", "location": "westeurope"}})
    assert done["gallery_image"]["id"] == str(HUB.child(GALLERY_IMAGE, "web"))


def test_a_security_type_counts_in_any_case(run):
    """The rules of a security type hold for each of its spellings, and the one that Azure may not know by name is not sent."""
    shared = FakeAzure(galleries=[DIRECT], read_only=True)
    assert "images with TrustedLaunch cannot be shared" in run(shared, **NEW, features=[feature("securitytype", "trustedlaunch")])["msg"]
    azure = FakeAzure(galleries=[PRIVATE])
    run(azure, **NEW, features=[feature("securitytype", "standard")])
    assert "features" not in azure.writes[0][3]["properties"]
