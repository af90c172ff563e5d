# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_image_version: predict, do, repeat; and the defects of other collections."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Failed
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import (
    SNAPSHOT,
)
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image_version

from tests.support.fakes import FakeAzure
from tests.support.ids import an_id
from tests.support.module_runner import ModuleRunner
from tests.support.published import GOLD, UNPROVEN, azure, body_of, image, options, regions, snapshot, stored


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(gallery_image_version, monkeypatch)


def test_predict_do_repeat(run):
    wanted = options(target_regions=regions("westeurope", "North Europe"), tags={"a": "b"})
    predicted = run(azure(read_only=True), check=True, **wanted)
    known = azure()
    done, again = run(known, **wanted), run(known, **wanted)
    assert (predicted["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert predicted["steps"] == done["steps"]
    assert done["steps"] == [
        "create version 1.0.0 of image definition web from image gold",
        "wait until version 1.0.0 can be used in westeurope, northeurope",
    ]
    assert done["gallery_image_version"]["name"] == "1.0.0"
    assert again["steps"] == []


def test_the_storage_type_is_always_sent_unless_there_is_a_strategy(run):
    known = azure()
    run(known, **options())
    assert body_of(known)["properties"]["publishingProfile"]["storageAccountType"] == "Standard_LRS"
    known = azure()
    run(known, **options(storage_account_strategy="PreferStandard_ZRS"))
    profile = body_of(known)["properties"]["publishingProfile"]
    assert profile["storageAccountStrategy"] == "PreferStandard_ZRS"
    assert "storageAccountType" not in profile


# Defects of azure_rm_galleryimageversion, in the order in which they are known.


def disks_source():
    return {
        "os_disk": {"snapshot": "os", "host_caching": "ReadWrite"},
        "data_disks": [{"lun": 0, "snapshot": "d0"}, {"lun": 1, "snapshot": "d1", "host_caching": "ReadOnly"}],
    }


def test_os_disk_and_data_disks_are_combined(run):
    known = azure(snapshots=map(snapshot, ("os", "d0", "d1")))
    run(known, **options(source=disks_source(), **UNPROVEN))
    assert body_of(known)["properties"]["storageProfile"]["osDiskImage"] == {
        "hostCaching": "ReadWrite",
        "source": {"id": str(an_id(SNAPSHOT, "g", "os"))},
    }


def test_each_data_disk_is_its_own(run):
    known = azure(snapshots=map(snapshot, ("os", "d0", "d1")))
    run(known, **options(source=disks_source(), **UNPROVEN))
    assert body_of(known)["properties"]["storageProfile"]["dataDiskImages"] == [
        {"lun": 0, "source": {"id": str(an_id(SNAPSHOT, "g", "d0"))}},
        {"lun": 1, "hostCaching": "ReadOnly", "source": {"id": str(an_id(SNAPSHOT, "g", "d1"))}},
    ]


def test_a_source_by_name_needs_no_resource_group_of_its_own(run):
    known = azure()
    assert not run(known, **options())["failed"]
    assert body_of(known)["properties"]["storageProfile"] == {"source": {"id": str(GOLD)}}


def test_the_encryption_of_confidential_vms_is_a_word_and_keeps_its_set(run):
    encryption = {
        "os_disk": {"confidential_vm_encryption_type": "EncryptedWithCmk", "secure_vm_disk_encryption_set": "keys"},
        "data_disks": [{"lun": 0, "disk_encryption_set": "keys"}],
    }
    known = azure()
    run(known, **options(target_regions=regions("westeurope", encryption=encryption)))
    sets = str(an_id("Microsoft.Compute/diskEncryptionSets", "g", "keys"))
    assert body_of(known)["properties"]["publishingProfile"]["targetRegions"][0]["encryption"] == {
        "osDiskImage": {
            "securityProfile": {"confidentialVMEncryptionType": "EncryptedWithCmk", "secureVMDiskEncryptionSetId": sets},
        },
        "dataDiskImages": [{"lun": 0, "diskEncryptionSetId": sets}],
    }


def test_an_end_of_life_is_set_on_a_version_that_has_none(run):
    known = azure()
    run(known, **options())
    done = run(known, **options(end_of_life_date="2027-06-30"))
    assert done["steps"] == ["change end_of_life_date of version 1.0.0 of image definition web"]
    assert stored(known).publishing["endOfLifeDate"] == "2027-06-30T00:00:00.000000Z"


@pytest.mark.parametrize("same", ["2027-06-30", "2027-06-30T00:00:00Z", "2027-06-30 02:00:00+02:00"])
def test_the_same_end_of_life_in_another_spelling_changes_nothing(run, same):
    known = azure()
    run(known, **options(end_of_life_date="2027-06-30T00:00:00+00:00"))
    assert run(known, **options(end_of_life_date=same))["changed"] is False


@pytest.mark.parametrize(
    "source",
    [{}, {"managed_imag": "gold"}, {"managed_image": "gold", "vm": "web"}, {"data_disks": [{"lun": 0, "disk": "d"}]}, {"os_disk": {}}],
)
def test_a_source_with_wrong_keys_or_none_is_refused(run, source):
    known = azure(read_only=True)
    assert run(known, **options(source=source))["failed"]
    assert known.writes == []


def test_a_version_that_does_not_exist_needs_a_source(run):
    failed = run(azure(read_only=True), **options(source=None))
    assert failed["msg"].startswith("source: version 1.0.0 of image definition web does not exist yet")


def test_order_spelling_and_case_of_regions_change_nothing(run):
    known = azure()
    run(known, **options(target_regions=regions("westeurope", "northeurope")))
    shown = {"westeurope": "West Europe", "northeurope": "North Europe"}
    spelled = [{**dict(each.raw), "name": shown[each.name]} for each in stored(known).target_regions]
    before = stored(known)
    known.gallery_image_versions.put(
        replace(before, properties={**before.properties, "publishingProfile": {**before.publishing, "targetRegions": spelled}})
    )
    assert run(known, **options(target_regions=regions("NORTHEUROPE", "west Europe")))["changed"] is False


def test_a_failed_version_is_replaced(run):
    known = azure()
    run(known, **options())
    known.gallery_image_versions.put(replace(stored(known), provisioning_state="Failed"))
    known.gallery_image_versions.replication = {"westeurope": ["Unknown", "Completed"]}
    done = run(known, **options())
    assert done["steps"][:2] == [
        "delete version 1.0.0 of image definition web",
        "create version 1.0.0 of image definition web from image gold",
    ]
    assert stored(known).provisioning_state == "Succeeded"


def test_another_source_of_an_existing_version_is_refused(run):
    known = azure(images=[image(), image("other")])
    run(known, **options())
    failed = run(known, **options(source={"managed_image": "other"}))
    assert "exists, but source is " in failed["msg"]
    assert str(GOLD) in failed["msg"]
    assert "other" in failed["msg"]
    assert known.written == ["create image version 1.0.0"]


def test_recreate_replaces_a_version_of_another_source(run):
    known = azure(images=[image(), image("other")])
    run(known, **options())
    done = run(known, **options(source={"managed_image": "other"}, recreate=True))
    assert done["steps"][0] == "delete version 1.0.0 of image definition web"
    assert stored(known).storage["source"]["id"].endswith("/other")


def test_a_failed_operation_is_a_sentence_with_azures_code(run):
    error = Failed("could not publish image version 1.0.0: (Conflict) has a different Hypervisor generation", code="Conflict", status=200)
    failed = run(azure(break_at=("create image version", error)), **options())
    assert failed["msg"] == "could not publish image version 1.0.0: (Conflict) has a different Hypervisor generation"
    assert failed["code"] == "Conflict"


def test_a_denied_read_is_an_error_and_not_absence(run):
    known = azure()

    def denied(*_arguments):
        raise Denied("could not read image version 1.0.0: (AuthorizationFailed) no", code="AuthorizationFailed", status=403)

    known.gallery_image_versions.find_replicated = denied
    for state in ("present", "absent"):
        assert run(known, **options(state=state))["code"] == "AuthorizationFailed"
    assert known.writes == []


def test_the_time_limit_names_the_regions_that_are_missing(run):
    known = azure()
    known.gallery_image_versions.replication = {"northeurope": ["Replicating"]}
    failed = run(known, **options(target_regions=regions("westeurope", "northeurope")))
    assert "is not yet usable in northeurope (Replicating, 40 %)" in failed["msg"]


def test_deleting_removes_the_version_and_repeats_without_a_change(run):
    known = azure()
    run(known, **options())
    assert run(known, **options(state="absent"))["steps"] == ["delete version 1.0.0 of image definition web"]
    assert run(known, **options(state="absent"))["changed"] is False


def test_deleting_needs_neither_group_nor_definition_nor_source(run):
    known = FakeAzure(read_only=True)
    known.groups.missing = {"g"}
    done = run(known, **options(state="absent", source=None))
    assert (done["changed"], done["failed"]) == (False, False)
