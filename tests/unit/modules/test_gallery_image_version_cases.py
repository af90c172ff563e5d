# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_image_version: regions, numbers, sources, managed images in between and deletion."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Failed, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import (
    DISK,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import GalleryImageVersion
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import ImageDisk
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image_version

from tests.support.ids import an_id
from tests.support.module_runner import ModuleRunner
from tests.support.published import UNPROVEN, azure, body_of, definition, disk, image, numbered, options, regions, snapshot, stored


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(gallery_image_version, monkeypatch)


# Regions


def test_regions_that_are_not_named_stay(run):
    known = azure()
    run(known, **options(target_regions=regions("westeurope", "northeurope")))
    done = run(known, **options(target_regions=regions("eastus")))
    assert done["steps"] == [
        "change target_regions of version 1.0.0 of image definition web",
        "wait until version 1.0.0 can be used in westeurope, eastus",
    ]
    assert [each.name for each in stored(known).target_regions] == ["westeurope", "northeurope", "eastus"]


def test_a_purge_removes_regions_and_allows_it_only_meanwhile(run):
    known = azure()
    run(known, **options(target_regions=regions("westeurope", "northeurope", "eastus")))
    done = run(known, **options(target_regions=regions("eastus"), purge_target_regions=True))
    assert done["steps"] == ["remove the replicas of version 1.0.0 in northeurope"]
    assert [each.name for each in stored(known).target_regions] == ["westeurope", "eastus"]
    allowed = [write[3]["properties"]["safetyProfile"]["allowDeletionOfReplicatedLocations"] for write in known.writes]
    assert allowed == [False, True, False]
    assert run(known, **options(target_regions=regions("eastus"), purge_target_regions=True))["changed"] is False


def test_the_regions_of_another_writer_are_merged_after_a_refusal(run):
    known = azure()
    run(known, **options())
    versions, refused = known.gallery_image_versions, []
    real = versions.put

    def put(resource, body=None, api=""):
        if body is not None and not refused:
            refused.append(1)
            before = versions.get(numbered("1.0.0"))
            regions_now = [*before.publishing["targetRegions"], {"name": "East US"}]
            properties = {**before.properties, "publishingProfile": {**before.publishing, "targetRegions": regions_now}}
            real(replace(before, properties=properties))
            raise Refused("could not publish image version 1.0.0: (OperationNotAllowed) no", status=409)
        return real(resource, body, api)

    versions.put = put
    run(known, **options(target_regions=regions("northeurope")))
    assert {each.name for each in stored(known).target_regions} == {"westeurope", "eastus", "northeurope"}


def test_properties_that_the_module_does_not_know_are_sent_back(run):
    known = azure()
    run(known, **options())
    before = stored(known)
    profile = {**before.publishing, "targetExtendedLocations": [{"name": "edge"}], "publishedDate": "2026-11-01T00:00:00Z"}
    known.gallery_image_versions.put(replace(before, properties={**before.properties, "publishingProfile": profile, "newThing": {"x": 1}}))
    run(known, **options(exclude_from_latest=True))
    sent = known.writes[-1][3]["properties"]
    assert sent["publishingProfile"]["targetExtendedLocations"] == [{"name": "edge"}]
    assert sent["newThing"] == {"x": 1}
    assert "publishedDate" not in sent["publishingProfile"]


@pytest.mark.parametrize("wanted", [{"exclude_from_latest": True}, {"target_regions": regions("eastus"), "purge_target_regions": True}])
def test_the_sizes_of_disks_are_not_sent_back(run, wanted):
    known = azure()
    run(known, **options(target_regions=regions("westeurope", "northeurope", "eastus")))
    before = stored(known)
    storage = {**before.storage, "osDiskImage": {"sizeInGB": 30, "hostCaching": "None"}, "dataDiskImages": [{"lun": 1, "sizeInGB": 8}]}
    known.gallery_image_versions.put(replace(before, properties={**before.properties, "storageProfile": storage}))
    run(known, **options(**wanted))
    sent = known.writes[-1][3]["properties"]["storageProfile"]
    assert (sent["osDiskImage"], sent["dataDiskImages"]) == ({"hostCaching": "None"}, [{"lun": 1}])


def test_a_failed_region_is_sent_again_then_removed_and_added(run):
    known = azure()
    known.gallery_image_versions.replication = {"northeurope": ["Failed", "Failed", "Failed", "Failed", "Completed"]}
    done = run(known, **options(target_regions=regions("westeurope", "northeurope")))
    assert not done["failed"], done["msg"]
    sent = [[each["name"] for each in write[3]["properties"]["publishingProfile"]["targetRegions"]] for write in known.writes]
    assert ["westeurope"] in sent
    assert sent[-1] == ["westeurope", "northeurope"]


def test_a_region_that_always_fails_is_named_with_azures_reason(run):
    known = azure()
    known.gallery_image_versions.replication = {"northeurope": ["Failed"]}
    failed = run(known, **options(target_regions=regions("westeurope", "northeurope")))
    assert "could not be replicated to northeurope (northeurope: no room)" in failed["msg"]


@pytest.mark.parametrize(("wait", "steps"), [("first", 2), ("none", 1)])
def test_other_waits(run, wait, steps):
    known = azure()
    known.gallery_image_versions.replication = {"northeurope": ["Replicating"]}
    done = run(known, **options(target_regions=regions("westeurope", "northeurope"), wait=wait))
    assert (done["failed"], len(done["steps"])) == (False, steps)
    assert run(known, **options(target_regions=regions("westeurope", "northeurope"), wait=wait))["changed"] is False


def test_a_version_that_is_updating_because_it_replicates_is_good(run):
    known = azure()
    run(known, **options())
    known.gallery_image_versions.put(replace(stored(known), provisioning_state="Updating"))
    assert run(known, **options())["changed"] is False


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"target_regions": regions("westeurope", "West Europe")}, "westeurope and West Europe are the same region"),
        ({"replication_mode": "Shallow", "target_regions": regions("northeurope")}, "Shallow version has one replica in one region"),
        ({"replication_mode": "Shallow", "replica_count": 2}, "Shallow version has one replica in one region"),
        ({"replica_count": 101}, "replica_count: must be between 1 and 100"),
        ({"target_regions": regions("westeurope", "eastus", regional_replica_count=60)}, "120 replicas are more than the 100"),
        ({"storage_account_strategy": "PreferStandard_ZRS", "storage_account_type": "Standard_LRS"}, "exclude each other"),
        ({"end_of_life_date": "soon"}, "end_of_life_date: 'soon' is not a date"),
        ({"version": "7.9.2201041542"}, "'7.9.2201041542' is not a valid version"),
        ({"purge_target_regions": True}, "name the regions to keep"),
        ({"version": "next", "state": "absent"}, "name the version to delete"),
        ({"uefi_settings": {"signature_template_names": ["NoSignatureTemplate"]}}, "has the security type Standard"),
        ({"location": "northeurope"}, "source gold is in westeurope"),
    ],
)
def test_what_azure_would_refuse_is_refused_before_any_write(run, wanted, text):
    known = azure(read_only=True)
    assert text in run(known, **options(**wanted))["msg"]


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"storage_account_type": "Standard_ZRS"}, "storage_account_type is 'Standard_LRS', not 'Standard_ZRS'"),
        ({"replication_mode": "Shallow"}, "replication_mode is 'Full', not 'Shallow'"),
        ({"storage_account_strategy": "PreferStandard_ZRS"}, "storage_account_strategy is 'not set', not 'PreferStandard_ZRS'"),
        ({"location": "eastus"}, "location is 'westeurope', not 'eastus'"),
        (
            {"target_regions": regions("West Europe", encryption={"os_disk": {"disk_encryption_set": "k"}})},
            "target_regions.encryption.os_disk.disk_encryption_set (West Europe) is 'not set'",
        ),
        (
            {"target_regions": regions("westeurope", storage_account_type="Premium_LRS")},
            "target_regions.storage_account_type (westeurope) is 'Standard_LRS', not 'Premium_LRS'",
        ),
    ],
)
def test_a_change_that_azure_never_makes_is_refused_with_both_values(run, wanted, text):
    known = azure()
    run(known, **options())
    failed = run(known, **options(**wanted))
    assert text in failed["msg"]
    assert "set recreate: true" in failed["msg"]
    assert len(known.writes) == 1


# Numbers


def test_next_is_kept_while_the_source_is_the_same_and_bumped_for_another_one(run):
    known = azure(images=[image(), image("other")])
    wanted = options(version="next")
    assert run(known, **wanted)["gallery_image_version"]["name"] == "1.0.0"
    assert run(known, **wanted)["changed"] is False
    done = run(known, **options(version="next", source={"managed_image": "other"}))
    assert done["gallery_image_version"]["name"] == "1.0.1"
    assert done["steps"][0] == "create version 1.0.1 of image definition web from image other"


def test_next_sees_that_a_disk_was_used_or_made_again(run):
    known = azure(disks=[disk("d")])
    wanted = options(version="next", source={"os_disk": {"disk": "d"}}, **UNPROVEN)
    assert run(known, **wanted)["gallery_image_version"]["name"] == "1.0.0"
    known.disks.put(replace(known.disks.get(an_id(DISK, "g", "d")), unique_id="another one"))
    assert run(known, **wanted)["gallery_image_version"]["name"] == "1.0.1"
    assert run(known, **wanted)["changed"] is False


def test_the_result_and_the_steps_name_the_number_that_was_free(run):
    known = azure()
    other = GalleryImageVersion(numbered("1.0.0"), "westeurope", properties={"storageProfile": {"source": {"id": "/other"}}})
    versions, real = known.gallery_image_versions, known.gallery_image_versions.publish

    def publish(version, body, api, enough):
        if version == numbered("1.0.0"):
            versions.put(other)
            raise Refused("could not publish image version 1.0.0: (PropertyChangeNotAllowed) no", status=400)
        real(version, body, api, enough)

    versions.publish = publish
    done = run(known, **options(version="next"))
    assert done["gallery_image_version"]["name"] == "1.0.1"
    assert done["steps"][0] == "create version 1.0.1 of image definition web from image gold"


# Sources, and what versions are made through


def test_a_disk_that_the_definition_does_not_take_goes_through_a_managed_image(run):
    known = azure(gallery_images=[definition("TrustedLaunchSupported")], disks=[disk("d")])
    wanted = options(source={"os_disk": {"disk": "d"}}, **UNPROVEN)
    done = run(known, **wanted)
    assert not done["failed"], done["msg"]
    assert [step.split(" web-")[0] for step in done["steps"]] == [
        "create image",
        "create version 1.0.0 of image definition web from disk d",
        "wait until version 1.0.0 can be used in westeurope",
        "delete image",
    ]
    assert known.images.list() == (image(),)
    assert "sourceVirtualMachine" not in body_of(known)["properties"]
    assert run(known, **wanted)["changed"] is False


@pytest.mark.parametrize("broken", ["create image", "create image version", "delete image"])
def test_an_interrupted_road_is_continued_and_cleaned_up(run, broken):
    known = azure(gallery_images=[definition("TrustedLaunchSupported")], disks=[disk("d")])
    known.break_at = (broken, Refused("could not do it: broken", status=409))
    run(known, **options(source={"os_disk": {"disk": "d"}}, **UNPROVEN))
    known.break_at = None
    assert not run(known, **options(source={"os_disk": {"disk": "d"}}, **UNPROVEN))["failed"]
    assert known.images.list() == (image(),)
    assert stored(known).provisioning_state == "Succeeded"


@pytest.mark.parametrize("wait", ["first", "none"])
def test_the_image_on_the_way_stays_until_azure_has_copied_it(run, wait):
    known = azure(gallery_images=[definition("TrustedLaunchSupported")], disks=[disk("d")])
    wanted = options(source={"os_disk": {"disk": "d"}}, target_regions=regions("northeurope"), wait=wait, **UNPROVEN)
    known.break_at = ("delete image", Refused("could not do it: broken", status=409))
    assert run(known, **wanted)["steps"][-1] == "wait until version 1.0.0 can be used in westeurope"
    known.break_at = None
    known.gallery_image_versions.replication["westeurope"] = ["Replicating", "Replicating", "Completed"]
    again = run(known, **wanted)
    assert [step.split(" web-")[0] for step in again["steps"]] == ["wait until version 1.0.0 can be used in westeurope", "delete image"]


def test_the_image_on_the_way_to_a_shallow_version_stays_with_it(run):
    known = azure(gallery_images=[definition("TrustedLaunchSupported")], disks=[disk("d")])
    wanted = options(source={"os_disk": {"disk": "d"}}, replication_mode="Shallow", **UNPROVEN)
    assert not run(known, **wanted)["failed"]
    assert run(known, **wanted)["changed"] is False
    assert len(known.images.list()) == 2


def test_a_version_is_not_deleted_if_the_image_on_the_way_to_the_next_one_cannot_be_made(run):
    known = azure(gallery_images=[definition("TrustedLaunchSupported")], disks=[disk("d"), disk("e")])
    run(known, **options(source={"os_disk": {"disk": "d"}}, **UNPROVEN))
    known.break_at = ("create image", Refused("could not do it: broken", status=409))
    assert run(known, **options(source={"os_disk": {"disk": "e"}}, recreate=True, **UNPROVEN))["failed"]
    assert stored(known).provisioning_state == "Succeeded"


def test_a_disk_of_a_machine_needs_evidence_for_a_generalized_definition(run):
    known = azure(snapshots=[snapshot("s")], read_only=True)
    failed = run(known, **options(source={"os_disk": {"snapshot": "s"}}))
    assert "is not known to be sealed" in failed["msg"]


def test_a_specialized_definition_needs_no_evidence(run):
    known = azure(gallery_images=[definition(osState="Specialized")], snapshots=[snapshot("s")])
    assert not run(known, **options(source={"os_disk": {"snapshot": "s"}}))["failed"]


def test_an_assumed_seal_is_returned_and_kept_as_a_tag(run):
    known = azure(snapshots=[snapshot("s")])
    done = run(known, **options(source={"os_disk": {"snapshot": "s"}}, **UNPROVEN))
    assert done["sealed"] == "assume"
    assert stored(known).tags[tag.SEALED] == "assume"


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ({"gallery_images": [definition(hyperVGeneration="V1")]}, "different Hypervisor generation"),
        ({"gallery_images": [definition("TrustedLaunch")]}, "does not take a managed image"),
        ({"gallery_images": [definition(purchasePlan={"name": "a", "publisher": "b", "product": "c"})]}, None),
        ({"images": [image(tags={tag.PLAN: '{"name":"n","publisher":"p","product":"o"}'})]}, "has a different plan [name: n, publisher: p"),
        ({"images": [replace(image(), os_disk=ImageDisk(None, size_gib=4000))]}, "exceeds the max size 2048"),
        ({"images": [replace(image(), provisioning_state="Failed")]}, "source gold is Failed"),
        ({"images": []}, "source gold does not exist"),
        ({"gallery_images": []}, "there is no image definition web in gallery hub"),
        ({"gallery_images": [], "galleries": []}, "there is no gallery hub"),
    ],
)
def test_a_source_that_does_not_fit_is_refused_before_any_write(run, known, text):
    failed = run(azure(read_only=text is not None, **known), **options())
    assert failed["failed"] is (text is not None)
    assert (text or "") in failed.get("msg", "")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ({"os_disk": {"disk": "d"}, "data_disks": [{"lun": 0, "disk": "e"}, {"lun": 0, "disk": "f"}]}, "lun 0 is given twice"),
        ({"os_disk": {"disk": "d"}, "data_disks": [{"lun": 0, "disk": "D"}]}, "is given for two disks"),
        ({"os_disk": {"disk": "d"}, "data_disks": [{"lun": 64, "disk": "e"}]}, "lun: must be between 0 and 63"),
        ({"os_disk": {"blob": "https://a.blob.core.windows.net/v/o.vhd?sig=secret", "storage_account": "a"}}, "without a query"),
        ({"version": "1.0.0"}, "source.version: give the resource id"),
        ({"community_image": "contoso"}, "is not the id of a version in a community gallery"),
    ],
)
def test_a_source_that_cannot_be_right_is_refused_at_once(run, source, text):
    failed = run(azure(read_only=True), **options(source=source))
    assert text in failed["msg"]
    assert "secret" not in failed["msg"]


# Deletion before the end of life


def protected():
    known = azure()
    return known, options(end_of_life_date="2999-01-01", block_deletion_before_end_of_life=True)


def test_a_protected_version_is_deleted_only_if_the_task_lifts_the_protection(run):
    known, wanted = protected()
    run(known, **wanted)
    failed = run(known, **options(state="absent"))
    assert "with allow_deletion_before_end_of_life: true" in failed["msg"]
    assert len(known.writes) == 1
    done = run(known, **options(state="absent", allow_deletion_before_end_of_life=True))
    assert done["steps"] == [
        "change block_deletion_before_end_of_life of version 1.0.0 of image definition web",
        "delete version 1.0.0 of image definition web",
    ]


def test_azures_own_refusal_of_the_deletion_is_explained(run):
    known = azure()
    run(known, **options())
    code = "DeleteGalleryImageVersionBlockedBeforeEndOfLife"
    known.break_at = ("delete image version", Refused(f"could not delete image version 1.0.0: ({code}) not yet", code=code, status=409))
    failed = run(known, **options(state="absent"))
    assert "is protected until its end of life" in failed["msg"]
    assert failed["code"] == code


def test_next_finds_a_version_that_the_list_lacks_yet(run):
    known = azure()
    wanted = options(version="next")
    run(known, **wanted)
    known.gallery_image_versions.list_in = lambda _image: ()
    assert run(known, **wanted)["changed"] is False


def test_a_failed_version_without_a_source_is_not_taken_for_a_good_one(run):
    known = azure()
    run(known, **options())
    known.gallery_image_versions.put(replace(stored(known), provisioning_state="Failed"))
    known.gallery_image_versions.replication = {"westeurope": ["Failed"]}
    assert "give its source to replace it" in run(known, **options(source=None))["msg"]


def test_a_failed_creation_keeps_azures_reason_although_its_replica_failed_too(run):
    known = azure()
    reason = "could not publish image version 1.0.0: (Conflict) has a different Hypervisor generation"

    def publish(version, body, api, enough):
        known.gallery_image_versions.put(version, body, api)
        known.gallery_image_versions.put(replace(stored(known), provisioning_state="Failed"))
        raise Failed(reason, code="Conflict")

    known.gallery_image_versions.publish = publish
    known.gallery_image_versions.replication = {"westeurope": ["Failed"]}
    assert run(known, **options())["msg"] == reason


def test_a_disk_that_a_vm_uses_again_before_the_version_is_made_is_not_published(run):
    known = azure(snapshots=[snapshot("s")])
    looked = []
    real = known.snapshots.get

    def get(resource):
        looked.append(1)
        if len(looked) > 1:
            raise Denied("could not read snapshot s: no", status=403)
        return real(resource)

    known.snapshots.get = get
    failed = run(known, **options(source={"os_disk": {"snapshot": "s"}}, **UNPROVEN))
    assert failed["msg"] == "could not read snapshot s: no"
    assert known.writes == []


def test_a_version_that_another_run_has_put_in_its_place_is_not_deleted(run):
    known = azure(images=[image(), image("other")])
    run(known, **options())
    versions, real, looked = known.gallery_image_versions, known.gallery_image_versions.find, []

    def find(version):
        looked.append(1)
        found = real(version)
        return replace(found, tags={**found.tags, tag.RUN: "another run"}) if found and looked[1:] else found

    versions.find = find
    failed = run(known, **options(source={"managed_image": "other"}, recreate=True))
    assert "was replaced by another run meanwhile" in failed["msg"]
    assert len(known.writes) == 1


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_version_that_another_run_is_deleting_is_waited_for(run, state):
    known = azure()
    run(known, **options())
    known.gallery_image_versions.put(replace(stored(known), provisioning_state="Deleting"))
    assert "is still Deleting; run again later" in run(known, **options(state=state))["msg"]
    assert run(known, check=True, **options(state=state))["changed"] is (state == "present")
    known.gallery_image_versions.find_settled = lambda version: known.gallery_image_versions.delete(version)
    assert run(known, **options(state=state))["changed"] is (state == "present")
