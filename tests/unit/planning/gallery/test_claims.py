# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating versions while other runs create some, too."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed, InvalidRequest, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import GalleryImageVersion
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.claims import Claim, create
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.numbers import Place, after

from tests.support.fakes import FakeAzure
from tests.support.ids import an_id

WEB = an_id(GALLERY, "g", "hub").child(GALLERY_IMAGE, "web")


def numbered(number):
    return WEB.child(GALLERY_IMAGE_VERSION, number)


def storage(source):
    return {"source": {"id": f"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/{source}"}}


def body(source, run, **regions):
    names = regions or {"westeurope": 1}
    profile = {"targetRegions": [{"name": name, "regionalReplicaCount": count} for name, count in names.items()]}
    tags = {tag.SOURCE: source, tag.RUN: run}
    return {"location": "westeurope", "tags": tags, "properties": {"publishingProfile": profile, "storageProfile": storage(source)}}


def claim(source="mine", run="run-1", number="1.0.0", may_move=True, **regions):
    return Claim(Place(numbered(number), may_move), body(source, run, **regions), {tag.SOURCE: source}, "all")


def version(number, source, run, **regions):
    wanted = body(source, run, **regions)
    return GalleryImageVersion(numbered(number), "westeurope", properties=wanted["properties"], tags=wanted["tags"])


def created(azure, wanted):
    create(azure, Silence(), wanted)
    return azure.gallery_image_versions.get(wanted.place.version)


def test_a_free_number_is_taken():
    azure = FakeAzure()
    assert created(azure, claim()).tags[tag.RUN] == "run-1"


def test_a_number_that_another_run_has_taken_is_left_alone_and_the_next_one_taken():
    other = version("1.0.0", "other", "run-2")
    azure = FakeAzure(gallery_image_versions=[other])
    wanted = claim()
    assert created(azure, wanted).id == numbered("1.0.1")
    assert azure.gallery_image_versions.get(numbered("1.0.0")) == other


def test_the_next_number_is_after_all_that_exist_by_then():
    azure = FakeAzure(gallery_image_versions=[version("1.0.0", "other", "run-2"), version("1.0.10", "other", "run-3")])
    wanted = claim()
    assert created(azure, wanted).id == numbered("1.0.11")


def test_a_number_that_the_task_names_is_not_exchanged_for_another():
    azure = FakeAzure(gallery_image_versions=[version("1.0.0", "other", "run-2")])
    with pytest.raises(InvalidRequest, match=r"version 1\.0\.0 of image definition web was created by another run meanwhile"):
        create(azure, Silence(), claim(may_move=False))
    assert azure.writes == []


def test_another_run_that_published_the_same_source_has_done_our_work():
    azure = FakeAzure(gallery_image_versions=[version("1.0.0", "mine", "run-2")])
    assert created(azure, claim()).tags[tag.RUN] == "run-2"
    assert azure.writes == []


class Refusing(FakeAzure):
    """An Azure that refuses the source of a PUT to a version that exists."""

    def __init__(self, **values):
        super().__init__(**values)
        self.refusals = 0

    def write(self, verb, noun, resource, body=None):
        existing = self.gallery_image_versions._values.get(self.locate(resource))
        if verb == "create" and existing and existing.storage != body["properties"]["storageProfile"]:
            self.refusals += 1
            raise Refused("could not publish image version: (PropertyChangeNotAllowed) no", code="PropertyChangeNotAllowed", status=400)
        super().write(verb, noun, resource, body)


def test_a_number_that_is_taken_between_the_look_and_the_put_is_passed_over():
    azure = Refusing()
    other = version("1.0.0", "other", "run-2")
    azure.gallery_image_versions.meanwhile = lambda: azure.gallery_image_versions.put(other)
    assert created(azure, claim()).id == numbered("1.0.1")
    assert azure.refusals == 1
    assert azure.gallery_image_versions.get(numbered("1.0.0")) == other


def test_a_refusal_is_reported_if_no_other_run_is_its_reason():
    azure = FakeAzure(
        break_at=("create image version", Refused("could not publish image version 1.0.0: (BadRequest) too large", status=400))
    )
    with pytest.raises(Refused, match="too large"):
        create(azure, Silence(), claim())


class Silent(FakeAzure):
    """An Azure that accepts a PUT to a version that exists: its source stays, its tags and regions are replaced."""

    def fill(self, noun, raw):
        existing = self.gallery_image_versions._values.get(ResourceId.parse(raw["id"]))
        kept = {"storageProfile": existing.storage} if existing else {}
        return {**raw, "properties": {**raw["properties"], **kept}}


def test_our_tags_are_taken_back_from_a_version_of_another_run_that_azure_let_us_replace():
    azure = Silent()
    azure.gallery_image_versions.meanwhile = lambda: azure.gallery_image_versions.put(version("1.0.0", "other", "run-2"))
    assert created(azure, claim()).id == numbered("1.0.1")
    assert azure.gallery_image_versions.get(numbered("1.0.0")).tags == {}


def test_a_version_of_ours_whose_tags_and_regions_another_run_has_replaced_gets_them_back():
    azure = FakeAzure()

    def publish(resource, sent, api, enough):
        azure.gallery_image_versions.put(replace(version("1.0.0", "mine", "run-1"), tags={tag.RUN: "run-2"}))
        intruder = azure.gallery_image_versions.get(resource)
        regions = [{"name": "East US 2", "regionalReplicaCount": 1}, {"name": "West Europe", "regionalReplicaCount": 3}]
        properties = {**intruder.properties, "publishingProfile": {"targetRegions": regions}}
        azure.gallery_image_versions.put(replace(intruder, properties=properties))

    azure.gallery_image_versions.publish = publish
    found = created(azure, claim())
    assert found.tags == {tag.SOURCE: "mine", tag.RUN: "run-1"}
    assert [each.name for each in found.target_regions] == ["westeurope"]
    assert found.properties["safetyProfile"]["allowDeletionOfReplicatedLocations"] is False


def test_the_tags_of_another_run_with_the_same_source_are_left_alone():
    azure = FakeAzure()

    def publish(resource, sent, api, enough):
        azure.gallery_image_versions.put(version("1.0.0", "mine", "run-2"))

    azure.gallery_image_versions.publish = publish
    assert created(azure, claim()).tags[tag.RUN] == "run-2"
    assert azure.writes == []


@pytest.mark.parametrize(
    ("code", "text"),
    [("InvalidBeginGetAccessForGalleryImageVersionSnapshotResponseFromPIR", "x"), ("InternalError", "Storage allocation failure in x")],
)
def test_a_failure_of_azures_own_is_tried_again(code, text):
    azure = FakeAzure()
    real, tries = azure.gallery_image_versions.publish, []

    def publish(resource, sent, api, enough):
        tries.append(1)
        if len(tries) == 1:
            azure.gallery_image_versions.put(replace(version("1.0.0", "mine", "run-1"), provisioning_state="Failed"))
            raise Failed(f"could not publish image version 1.0.0: ({code}) {text}", code=code)
        real(resource, sent, api, enough)

    azure.gallery_image_versions.publish = publish
    assert created(azure, claim()).provisioning_state == "Succeeded"
    assert azure.written == ["delete image version 1.0.0", "create image version 1.0.0"]


def test_a_failure_of_the_source_is_reported_at_once():
    azure = FakeAzure()
    error = Failed("could not publish image version 1.0.0: (SourceTooLarge) exceeds the max size 2048", code="SourceTooLarge")

    def publish(resource, sent, api, enough):
        azure.gallery_image_versions.put(replace(version("1.0.0", "mine", "run-1"), provisioning_state="Failed"))
        raise error

    azure.gallery_image_versions.publish = publish
    with pytest.raises(Failed, match="exceeds the max size"):
        create(azure, Silence(), claim())
    assert azure.writes == []


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([], "1.0.0"), ([(1, 9, 0), (1, 10, 2)], "1.10.3"), ([(2, 0, 0), (1, 99, 99)], "2.0.1")],
)
def test_numbers_are_compared_as_numbers(numbers, expected):
    assert after(WEB, numbers).name == expected


def test_there_is_no_number_after_the_largest():
    with pytest.raises(InvalidRequest, match="there is no next one"):
        after(WEB, [(1, 0, 2**31 - 1)])
