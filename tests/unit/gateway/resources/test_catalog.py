# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of galleries and of the Marketplace: the paths that are read, the latest version, and images that may not be read."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Missing
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.catalog_image import CatalogImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import Replica
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import ImageDisk

from tests.support.canned import ARM, CannedAzure, answer, error
from tests.support.ids import SUBSCRIPTION

HERE = f"{ARM}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope"
OWN = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i"
URN = "Debian:debian-12:12-gen2"
MARKET = f"{HERE}/publishers/Debian/artifacttypes/vmimage/offers/debian-12/skus/12-gen2/versions"
DEFINITION = {
    "properties": {
        "osType": "Linux",
        "osState": "Generalized",
        "features": [{"name": "SecurityType", "value": "TrustedLaunch"}, {"name": "DiskControllerTypes", "value": "SCSI, NVMe"}],
    }
}
DISKS = {"dataDiskImages": [{"lun": 5, "sizeInGB": 8, "hostCaching": "ReadOnly"}, {"lun": 0}]}
VERSION = {"properties": {"storageProfile": DISKS}}
OFFERED = {
    "properties": {
        "plan": {"publisher": "Debian", "name": "12-gen2", "product": "debian-12"},
        "osDiskImage": {"operatingSystem": "Windows"},
        "dataDiskImages": [{"lun": 0}],
        "features": [],
    }
}
FOUND = CatalogImage(
    os_type="Linux",
    os_state="Generalized",
    data_disks=(ImageDisk(None, 0), ImageDisk(None, 5, 8, "ReadOnly")),
    security_type="TrustedLaunch",
    controllers=frozenset({"SCSI", "NVMe"}),
)


def found(image, *answers, location="West Europe"):
    canned = CannedAzure(*answers)
    return canned.azure.catalog.find(image, location), [sent.url.partition("?")[0] for sent in canned.sent]


@pytest.mark.parametrize(("image", "definition"), [
    (f"{OWN}/versions/1.0.0", f"{ARM}{OWN}"),
    ("/CommunityGalleries/c/Images/i/Versions/1.0.0", f"{HERE}/CommunityGalleries/c/Images/i"),
    ("/SharedGalleries/s/Images/i/Versions/1.0.0", f"{HERE}/SharedGalleries/s/Images/i"),
], ids=["own", "community", "shared"])  # fmt: skip
def test_an_image_of_a_gallery_is_its_definition_and_a_version(image, definition):
    assert found(image, answer(200, DEFINITION), answer(200, VERSION)) == (FOUND, [definition, f"{definition}/versions/1.0.0"])


def test_a_version_says_where_it_is_and_the_definition_which_plan_it_needs():
    plan = {"name": "n", "publisher": "p", "product": "o"}
    security = {"osDiskImage": {"securityProfile": {"confidentialVMEncryptionType": "EncryptedWithPmk"}}}
    targets = [{"name": "North Europe"}, {"name": "West Europe", "encryption": security}]
    summary = [{"region": "North Europe", "state": "Completed"}, {"region": "West Europe", "state": "Replicating", "progress": 40}]
    made = {
        "provisioningState": "Succeeded",
        "publishingProfile": {"targetRegions": targets},
        "storageProfile": {"osDiskImage": {"sizeInGB": 30}},
        "replicationStatus": {"aggregatedState": "InProgress", "summary": summary},
    }
    definition = {"properties": {**DEFINITION["properties"], "purchasePlan": plan}}
    canned = CannedAzure(answer(200, definition), answer(200, {"name": "1.0.0", "properties": made}))
    image = canned.azure.catalog.find(f"{OWN}/versions/1.0.0", "West Europe")
    assert (image.version, image.plan, image.os_size_gib, image.encryption) == ("1.0.0", plan, 30, "EncryptedWithPmk")
    assert (image.regions, image.replica) == (("northeurope", "westeurope"), Replica("westeurope", "Replicating", 40))
    assert image.is_coming
    assert [sent.query for sent in canned.sent] == [
        {"api-version": "2024-03-03"}, {"api-version": "2024-03-03", "$expand": "ReplicationStatus"},
    ]  # fmt: skip


def test_the_disks_of_a_community_image_have_their_sizes_under_another_name():
    disks = {"osDiskImage": {"diskSizeGB": 30}, "dataDiskImages": [{"lun": 0, "diskSizeGB": 8}]}
    answers = answer(200, DEFINITION), answer(200, {"name": "1.0.0", "properties": {"storageProfile": disks}})
    image, paths = found("/CommunityGalleries/c/Images/i/Versions/1.0.0", *answers)
    assert (image.os_size_gib, image.data_disks, image.is_coming) == (30, (ImageDisk(None, 0, 8),), False)
    assert paths[1] == f"{HERE}/CommunityGalleries/c/Images/i/versions/1.0.0"


def test_an_image_in_a_gallery_of_another_subscription_is_read_there():
    hub = OWN.replace(SUBSCRIPTION, "hub")
    assert found(f"{hub}/versions/1.0.0", answer(200, DEFINITION), answer(200, VERSION))[1][0] == f"{ARM}{hub}"


def version(name, regional=None, only="", state="Succeeded", **excluded):
    regions = [{"name": "West Europe", "excludeFromLatest": regional}] if regional is not None else []
    regions += [{"name": only}] if only else []
    return {"name": name, "properties": {"provisioningState": state, "publishingProfile": {"targetRegions": regions, **excluded}}}


@pytest.mark.parametrize(("versions", "latest"), [
    ([version("1.9.0"), version("1.10.0"), version("1.2.30")], "1.10.0"),
    ([version("1.0.0"), version("2.0.0", excludeFromLatest=True)], "1.0.0"),
    ([version("1.0.0"), version("2.0.0", regional=True)], "1.0.0"),
    ([version("1.0.0"), version("2.0.0", regional=False, excludeFromLatest=True)], "2.0.0"),
    ([version("1.0.0"), {"name": "2.0.0", "properties": {"excludeFromLatest": True}}], "1.0.0"),
    ([version("1.0.0", only="West Europe"), version("2.0.0", only="North Europe")], "1.0.0"),
    ([version("1.0.0", only="North Europe"), version("2.0.0", only="North Europe")], "2.0.0"),
    ([version("1.0.0"), version("2.0.0", state="Failed"), version("3.0.0", state="Deleting")], "1.0.0"),
    ([version("1.0.0"), version("2.0.0", state="Updating")], "2.0.0"),
])  # fmt: skip
def test_without_a_version_the_latest_one_counts(versions, latest):
    answers = answer(200, {"value": versions}), answer(200, DEFINITION), answer(200, VERSION)
    assert found(OWN, *answers) == (FOUND, [f"{ARM}{OWN}/versions", f"{ARM}{OWN}", f"{ARM}{OWN}/versions/{latest}"])


def replicated(name, state, provisioning="Succeeded"):
    summary = [{"region": "West Europe", "state": state}] if state else []
    return {"name": name, "properties": {"provisioningState": provisioning, "replicationStatus": {"summary": summary}}}


@pytest.mark.parametrize(("newest", "taken"), [
    (replicated("2.0.0", "Completed", "Creating"), "2.0.0"),
    (replicated("2.0.0", "Replicating"), "1.0.0"),
    (replicated("2.0.0", "Failed"), "1.0.0"),
    (replicated("2.0.0", None, "Creating"), "1.0.0"),
])  # fmt: skip
def test_the_latest_version_is_one_that_has_arrived(newest, taken):
    answers = answer(200, {"value": [version("1.0.0"), version("2.0.0")]}), answer(200, DEFINITION), answer(200, newest)
    older = [] if taken == "2.0.0" else [answer(200, replicated("1.0.0", "Completed"))]
    assert found(OWN, *answers, *older)[0].version == taken


def test_the_newest_version_counts_if_none_has_arrived():
    answers = answer(200, {"value": [version("1.0.0"), version("2.0.0")]}), answer(200, DEFINITION)
    image, _paths = found(OWN, *answers, *(answer(200, replicated(name, "Replicating")) for name in ("2.0.0", "1.0.0")))
    assert (image.version, image.is_coming) == ("2.0.0", True)


def test_all_pages_of_the_versions_are_read():
    first = {"value": [version("1.0.0")], "nextLink": f"{ARM}/next"}
    answers = answer(200, first), answer(200, {"value": [version("2.0.0")]}), answer(200, DEFINITION), answer(200, VERSION)
    assert found(OWN, *answers)[1][-1] == f"{ARM}{OWN}/versions/2.0.0"


def test_an_image_of_the_marketplace_says_its_system_and_its_data_disks():
    plan = {"name": "12-gen2", "publisher": "Debian", "product": "debian-12"}
    windows = CatalogImage(os_type="Windows", data_disks=(ImageDisk(None, 0),), plan=plan)
    assert found(f"{URN}:1.2.3", answer(200, OFFERED)) == (windows, [f"{MARKET}/1.2.3"])
    names = [{"name": "1.9.0"}, {"name": "1.10.0"}]
    assert found(f"{URN}:latest", answer(200, names), answer(200, OFFERED)) == (windows, [MARKET, f"{MARKET}/1.10.0"])


def test_an_image_of_the_marketplace_says_whether_it_is_deprecated():
    other = {"type": "Plan", "value": "basic2"}
    status = {"imageState": "ScheduledForDeprecation", "scheduledDeprecationTime": "2027-01-01T00:00:00Z", "alternativeOption": other}
    offered = {**OFFERED, "properties": {**OFFERED["properties"], "imageDeprecationStatus": status}}
    image = found(f"{URN}:1.2.3", answer(200, offered))[0]
    assert image.deprecation == {"state": "ScheduledForDeprecation", "scheduled_time": "2027-01-01T00:00:00.000000Z", "alternative": other}


def test_an_image_that_may_not_be_read_is_not_known():
    assert found(OWN, error(403, "AuthorizationFailed", "no"))[0] is None


def test_an_image_of_a_foreign_gallery_that_is_not_found_may_not_be_in_the_region():
    with pytest.raises(
        Missing, match="could not read image /SharedGalleries/s/Images/i/Versions/1.0.0: .* not be replicated to westeurope.$"
    ):
        found("/SharedGalleries/s/Images/i/Versions/1.0.0", error(404, "ResourceNotFound", "no."))


def test_an_image_that_does_not_exist_is_missing():
    with pytest.raises(Missing, match=f"could not read image {URN}:1.2.3: .NotFound. Artifact"):
        found(f"{URN}:1.2.3", error(404, "NotFound", "Artifact: VMImage was not found."))
    with pytest.raises(Missing, match="has no version that can be used as the latest one: name a version"):
        found(OWN, answer(200, {"value": [version("1.0.0", excludeFromLatest=True)]}))
