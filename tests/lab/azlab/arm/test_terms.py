# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The terms of plans in the lab, and what a VM from a Marketplace image needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azlab.arm.compute.marketplace.tables import Image, ImageVersion
from azure.core.exceptions import HttpResponseError

from tests.support.bodies import image_of_disk, image_of_vm, vm_of_image
from tests.support.gallery_versions import LabVersions, body_of_version, of_whole
from tests.support.lab_group import LabGroup
from tests.support.market_images import active, agreement_path, image_with, plan_of, terms_path, vm_of_market
from tests.support.running_lab import LOCATION, RunningLab, done

API = "2021-01-01"


def accept(lab: RunningLab, image: Image, accepted: bool = True) -> dict[str, Any]:
    """Accept the terms of an image's plan, as az does: what a GET shows is sent back."""
    terms = lab.arm("GET", terms_path(image), version=API).raise_for_status().json()
    terms["properties"]["accepted"] = accepted
    answer: dict[str, Any] = lab.arm("PUT", terms_path(image), terms, version=API).raise_for_status().json()
    return answer


def refusal(lab: RunningLab, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
    answer = lab.arm(method, path, body, version=API)
    return answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["message"]


def newest_of(image: Image) -> ImageVersion:
    """The version with the highest numbers, in which 10 is more than 9."""
    return max(active(image), key=lambda each: [int(part) for part in each.name.split(".")])


@pytest.fixture
def market_group(catalogue_lab: RunningLab) -> LabGroup:
    """A new resource group in the lab with a catalogue."""
    return LabGroup(catalogue_lab, catalogue_lab.put_group())


@pytest.fixture
def planned(catalogue_lab: RunningLab) -> Iterator[Image]:
    """An image with a paid plan, data disks and several versions. Its terms are not accepted."""
    image = image_with(lambda each: each.plan and each.plan.paid and each.data_disks and len(active(each)) > 1 and each.os_type == "Linux")
    yield image
    accept(catalogue_lab, image, accepted=False)


def why_refused(group: LabGroup, body: dict[str, Any]) -> tuple[int, str, str]:
    """Status, code and text of the refusal of a VM."""
    with pytest.raises(HttpResponseError) as refused:
        group.put_vm(body)
    error = refused.value
    assert error.error is not None
    assert error.status_code is not None
    return error.status_code, str(error.error.code), str(error.error.message)


def test_terms_are_shown_as_azure_shows_them(catalogue_lab: RunningLab, planned: Image) -> None:
    answer = catalogue_lab.arm("GET", terms_path(planned).upper().replace("PROVIDERS", "providers"), version=API).json()
    place = f"/subscriptions/{catalogue_lab.settings.subscription}/providers/Microsoft.MarketplaceOrdering/offerTypes/VirtualMachine"
    assert answer["id"] == f"{place}/publishers/{planned.publisher}/offers/{planned.offer}/plans/{planned.sku}/agreements/current"
    assert (answer["name"], answer["type"]) == (planned.sku, "Microsoft.MarketplaceOrdering/offertypes")
    properties = answer["properties"]
    assert {key: properties[key] for key in ("publisher", "product", "plan", "accepted")} == {
        **{"publisher": planned.publisher, "product": planned.offer, "plan": planned.sku},
        "accepted": False,
    }
    assert properties["licenseTextLink"].startswith("https://mpcprodsa.blob.core.windows.net/legalterms/")
    assert properties["marketplaceTermsLink"].startswith("https://mpcprodsa.blob.core.windows.net/marketplaceterms/")
    assert properties["privacyPolicyLink"].startswith("https://")
    assert properties["retrieveDatetime"].endswith("Z")
    assert len(properties["signature"]) == 103


def test_terms_are_accepted_and_taken_back_by_a_put(catalogue_lab: RunningLab, planned: Image) -> None:
    assert accept(catalogue_lab, planned)["properties"]["accepted"] is True
    assert catalogue_lab.arm("GET", terms_path(planned), version=API).json()["properties"]["accepted"] is True
    assert accept(catalogue_lab, planned, accepted=False)["properties"]["accepted"] is False
    assert catalogue_lab.arm("GET", terms_path(planned), version=API).json()["properties"]["accepted"] is False


def test_a_put_that_does_not_say_accepted_does_not_accept(catalogue_lab: RunningLab, planned: Image) -> None:
    body = {"properties": {"publisher": planned.publisher, "product": planned.offer, "plan": planned.sku}}
    assert catalogue_lab.arm("PUT", terms_path(planned), body, version=API).json()["properties"]["accepted"] is False


def test_an_agreement_is_signed_and_cancelled(catalogue_lab: RunningLab) -> None:
    image = image_with(lambda each: each.publisher == "paloaltonetworks")
    status, code, said = refusal(catalogue_lab, "GET", agreement_path(image))
    assert (status, code) == (404, "NotFound")
    assert said.startswith("Unable to find legal terms for this offer. Agreement has never been signed for this offer.")
    signed = catalogue_lab.arm("POST", f"{agreement_path(image)}/sign", version=API).raise_for_status().json()
    assert signed["properties"]["accepted"] is True
    assert catalogue_lab.arm("GET", agreement_path(image), version=API).json()["properties"]["accepted"] is True
    assert catalogue_lab.arm("GET", terms_path(image), version=API).json()["properties"]["accepted"] is True
    cancelled = catalogue_lab.arm("POST", f"{agreement_path(image)}/cancel", version=API).raise_for_status().json()
    assert cancelled["properties"]["accepted"] is False
    assert catalogue_lab.arm("GET", agreement_path(image), version=API).json()["properties"]["accepted"] is False


def test_terms_are_those_of_one_subscription(catalogue_lab: RunningLab, planned: Image) -> None:
    accept(catalogue_lab, planned)
    with catalogue_lab.second_subscription() as other:
        assert other.arm("GET", terms_path(planned), version=API).json()["properties"]["accepted"] is False


def test_some_terms_are_accepted_in_the_portal_alone(catalogue_lab: RunningLab) -> None:
    image = image_with(lambda each: each.plan, portal_only=True)
    said = "You must accept the legal terms through the Azure portal (http://go.microsoft.com/fwlink/?LinkId=534873)."
    terms = catalogue_lab.arm("GET", terms_path(image), version=API).raise_for_status().json()
    terms["properties"]["accepted"] = True
    for method, path, body in (("PUT", terms_path(image), terms), ("POST", f"{agreement_path(image)}/sign", None)):
        status, code, text = refusal(catalogue_lab, method, path, body)
        assert (status, code) == (400, "BadRequest")
        assert text.startswith(said)


def test_an_unknown_plan_has_no_terms(catalogue_lab: RunningLab, planned: Image) -> None:
    free = image_with(lambda each: each.plan is None)
    for path in (terms_path(planned).replace(f"/plans/{planned.sku}", "/plans/nothing"), terms_path(free)):
        status, code, text = refusal(catalogue_lab, "GET", path)
        assert (status, code) == (400, "BadRequest")
        assert text.startswith("The offer with Offer ID '")


def test_the_provider_of_terms_is_listed(catalogue_lab: RunningLab) -> None:
    found = catalogue_lab.arm("GET", "providers/Microsoft.MarketplaceOrdering", version="2022-12-01").json()
    assert {each["resourceType"] for each in found["resourceTypes"]} == {"agreements", "offertypes"}


def test_a_vm_needs_the_plan_of_its_image(market_group: LabGroup, catalogue_lab: RunningLab, planned: Image) -> None:
    vm = market_group.id("virtualMachines", "vm")
    status, code, said = why_refused(market_group, vm_of_market(planned, market_group.subnet()))
    assert (status, code) == (400, "VMMarketplaceInvalidInput")
    assert said.endswith(f"requires Plan information in the request. VM: '{vm}'.")
    other = image_with(lambda each: each.plan and each.publisher == "paloaltonetworks")
    accept(catalogue_lab, other)
    status, code, said = why_refused(market_group, vm_of_market(planned, market_group.subnet(), plan=plan_of(other)))
    assert (status, code) == (400, "VMMarketplaceInvalidInput")
    assert "is not as expected. Beware that the Plan object's properties are case-sensitive." in said
    accept(catalogue_lab, other, accepted=False)


def test_the_plan_of_a_vm_is_compared_with_case(market_group: LabGroup, catalogue_lab: RunningLab, planned: Image) -> None:
    accept(catalogue_lab, planned)
    plan = {**plan_of(planned), "name": planned.sku.upper()}
    assert why_refused(market_group, vm_of_market(planned, market_group.subnet(), plan=plan))[:2] == (400, "VMMarketplaceInvalidInput")


def test_a_vm_needs_accepted_terms(market_group: LabGroup, planned: Image) -> None:
    status, code, said = why_refused(market_group, vm_of_market(planned, market_group.subnet(), plan=plan_of(planned)))
    assert (status, code) == (400, "ResourcePurchaseValidationFailed")
    assert "You have not accepted the legal terms on this subscription" in said
    assert f"publisher='{planned.publisher}' offer = '{planned.offer}', sku = '{planned.sku}'" in said


def test_a_plan_that_is_not_sold_is_refused(market_group: LabGroup, planned: Image) -> None:
    plan = {**plan_of(planned), "product": "nothing"}
    status, code, said = why_refused(market_group, vm_of_market(planned, market_group.subnet(), plan=plan))
    assert (status, code) == (400, "ResourcePurchaseValidationFailed")
    assert "The offer with Offer ID 'nothing' was not found." in said


def test_accepted_terms_may_be_effective_only_later(market_group: LabGroup, catalogue_lab: RunningLab, planned: Image) -> None:
    body = vm_of_market(planned, market_group.subnet(), plan=plan_of(planned))
    accept(catalogue_lab, planned)
    with catalogue_lab.setting("late_terms", 2):
        for _ in range(2):
            assert why_refused(market_group, body)[:2] == (400, "MarketplacePurchaseEligibilityFailed")
        market_group.put_vm(body)


def test_a_vm_of_a_marketplace_image_has_its_disks_and_its_plan(market_group: LabGroup, catalogue_lab: RunningLab, planned: Image) -> None:
    accept(catalogue_lab, planned)
    vm = market_group.put_vm(vm_of_market(planned, market_group.subnet(), plan=plan_of(planned))).as_dict()
    newest = newest_of(planned)
    profile = vm["properties"]["storageProfile"]
    assert vm["plan"] == plan_of(planned)
    assert profile["imageReference"]["exactVersion"] == newest.name
    assert profile["osDisk"]["osType"] == planned.os_type
    assert profile["osDisk"]["diskSizeGB"] == planned.size // 1024**3
    assert [(each["lun"], each["diskSizeGB"]) for each in profile["dataDisks"]] == list(planned.data_disks)
    disk = catalogue_lab.arm("GET", profile["osDisk"]["managedDisk"]["id"], version="2024-03-02").json()["properties"]
    assert disk["hyperVGeneration"] == planned.generation
    assert disk["purchasePlan"] == plan_of(planned)
    assert disk["creationData"]["imageReference"]["id"].endswith(f"/Skus/{planned.sku}/Versions/{newest.name}")


def test_latest_is_the_highest_number_and_not_the_last_name(market_group: LabGroup) -> None:
    image = image_with(
        lambda each: each.plan is None and len(active(each)) > 1 and max(active(each), key=lambda v: v.order) != active(each)[-1]
    )
    vm = market_group.put_vm(vm_of_market(image, market_group.subnet())).as_dict()
    exact = vm["properties"]["storageProfile"]["imageReference"]["exactVersion"]
    assert exact == newest_of(image).name
    assert exact != active(image)[-1].name


def test_an_image_that_a_region_lacks_is_not_available(market_group: LabGroup) -> None:
    image = image_with(lambda each: each.plan is None and any(LOCATION in v.missing_in and not v.deprecated for v in each.versions))
    version = next(each for each in image.versions if LOCATION in each.missing_in)
    status, code, said = why_refused(market_group, vm_of_market(image, market_group.subnet(), version.name))
    assert (status, code) == (404, "PlatformImageNotFound")
    urn = f"{image.publisher}:{image.offer}:{image.sku}:{version.name}"
    assert said.startswith(f"The platform image '{urn}' is not available.")


def test_a_deprecated_version_is_refused_for_a_vm(market_group: LabGroup) -> None:
    image = image_with(lambda each: each.plan is None and any(v.deprecated for v in each.in_region(LOCATION)))
    version = next(each for each in image.in_region(LOCATION) if each.deprecated)
    assert why_refused(market_group, vm_of_market(image, market_group.subnet(), version.name))[:2] == (404, "ImageVersionDeprecated")


def test_a_plan_for_an_image_without_one_is_refused(market_group: LabGroup, catalogue_lab: RunningLab, planned: Image) -> None:
    accept(catalogue_lab, planned)
    image = image_with(lambda each: each.plan is None and active(each))
    body = vm_of_market(image, market_group.subnet(), plan=plan_of(planned))
    status, code, said = why_refused(market_group, body)
    assert (status, code) == (400, "VMMarketplaceInvalidInput")
    assert said.startswith("Creating a virtual machine from a non Marketplace image does not need Plan information")


def own_images(group: LabGroup, image: Image) -> dict[str, str]:
    """Managed images of a VM, of its disk and of a snapshot of that: what they are made of, and their ids. The VM is deleted."""
    group.put_vm(vm_of_market(image, group.subnet(), plan=plan_of(image), os_disk={"deleteOption": "Detach"}))
    group.generalize()
    vm = group.compute.virtual_machines.get(group.name, "vm").as_dict()
    disk = vm["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"]
    of_snapshot = image_of_disk("")
    of_snapshot["properties"]["storageProfile"]["osDisk"].update(managedDisk=None, snapshot={"id": group.snapshot(disk).id})
    found = {}
    for name, body in (("vm", image_of_vm(vm["id"])), ("disk", image_of_disk(disk)), ("snapshot", of_snapshot)):
        body["properties"]["hyperVGeneration"] = image.generation
        found[name] = str(done(group.compute.images.begin_create_or_update(group.name, f"of-{name}", body)).id)
    done(group.compute.virtual_machines.begin_delete(group.name, "vm"))
    return found


@pytest.mark.parametrize("source", ["vm", "disk", "snapshot"])
def test_an_image_of_ones_own_needs_the_plan_of_its_source(
    market_group: LabGroup, catalogue_lab: RunningLab, planned: Image, source: str
) -> None:
    accept(catalogue_lab, planned)
    body = vm_of_image(own_images(market_group, planned)[source], market_group.subnet())
    assert why_refused(market_group, body)[1] == "VMMarketplaceInvalidInput"
    market_group.put_vm({**body, "plan": plan_of(planned)})


def test_an_image_of_ones_own_cannot_be_deployed_when_its_paid_plan_is_deprecated(
    market_group: LabGroup, catalogue_lab: RunningLab, planned: Image
) -> None:
    accept(catalogue_lab, planned)
    subnet, images = market_group.subnet(), own_images(market_group, planned)
    gallery = LabVersions(catalogue_lab, market_group.name)
    gallery.made()
    definition = gallery.image(purchasePlan=plan_of(planned), hyperVGeneration=planned.generation)
    version = gallery.create(definition, of_whole(images["vm"]))["id"]
    with catalogue_lab.setting("deprecated_plans", [":".join((planned.publisher, planned.offer, planned.sku))]):
        for id in (*images.values(), version):
            body = {**vm_of_image(id, subnet), "plan": plan_of(planned)}
            assert why_refused(market_group, body)[:2] == (404, "ImageVersionDeprecated")
        body = vm_of_market(planned, subnet, active(planned)[0].name, plan_of(planned))
        assert why_refused(market_group, body)[:2] == (404, "ImageVersionDeprecated")
    market_group.put_vm({**vm_of_image(version, subnet), "plan": plan_of(planned)})


def test_an_image_of_a_vm_with_a_plan_fits_no_definition_without_it(
    market_group: LabGroup, catalogue_lab: RunningLab, planned: Image
) -> None:
    accept(catalogue_lab, planned)
    image = own_images(market_group, planned)["vm"]
    gallery = LabVersions(catalogue_lab, market_group.name)
    gallery.made()
    definition = gallery.image(hyperVGeneration=planned.generation)
    record = gallery.result(gallery.put(f"{definition}/versions/1.0.0", body_of_version(of_whole(image))))
    assert record["status"] == "Failed"
    assert "has a different plan" in record["error"]["message"]


def test_a_free_image_of_ones_own_outlives_its_plan(market_group: LabGroup, catalogue_lab: RunningLab) -> None:
    image = image_with(lambda each: each.plan and not each.plan.paid and active(each) and each.os_type == "Linux")
    accept(catalogue_lab, image)
    subnet, images = market_group.subnet(), own_images(market_group, image)
    with catalogue_lab.setting("deprecated_plans", [":".join((image.publisher, image.offer, image.sku))]):
        market_group.put_vm({**vm_of_image(images["vm"], subnet), "plan": plan_of(image)})
