# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which source may become a version of which image definition, and the page that shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, GALLERY_IMAGE, IMAGE, SNAPSHOT, VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image import GalleryImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import Image
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.snapshot import Snapshot
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import AttachedDisk, Vm
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.source_rules import (
    ASSUMED,
    BY_MANAGED_IMAGE,
    OK,
    OS_DISK,
    REFUSED,
    REPORTED,
    ROAD,
    RULES,
    SECURITY_TYPES,
    TITLES,
    WARN,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.sources import (
    DefinitionKind,
    Judgement,
    SourceKind,
    judge,
    security_type_for,
    security_type_in,
)

from tests.support.source_tables import evidence, tables
from tests.support.tree import ROOT

PAGE = (ROOT / "docs" / "gallery-sources.md").read_text()


def judged(definition: str, kind: str, own: str = "Standard", **others: str) -> Judgement:
    """The decision on a source of a security type and the definition of a SecurityType."""
    return judge(DefinitionKind(definition), SourceKind(kind, own, **others))


@pytest.mark.parametrize("own", sorted(tables()))
def test_the_page_shows_the_decisions(own: str) -> None:
    assert tables()[own] in PAGE


def test_the_page_names_all_evidence() -> None:
    assert evidence() in PAGE


@pytest.mark.parametrize("kind", ["disk", "snapshot", "vm"])
@pytest.mark.parametrize("definition", ["TrustedLaunchSupported", "ConfidentialVMSupported", "TrustedLaunchAndConfidentialVmSupported"])
def test_a_machine_or_its_disk_goes_through_a_managed_image(definition: str, kind: str) -> None:
    found = judged(definition, kind)
    assert (found.verdict, found.road) == (ROAD, (BY_MANAGED_IMAGE,))
    assert "managed image" in found.text


def test_azures_words_are_quoted_where_they_are_known() -> None:
    assert (
        "Currently only Vhd Blob, User Image and Gallery Image Version sources are supported" in judged("TrustedLaunchSupported", "vm").text
    )
    assert "Azure's words" not in judged("ConfidentialVMSupported", "vm").text
    refusal = judged("ConfidentialVM", "managed_image")
    assert (refusal.verdict, refusal.evidence) == (REFUSED, REPORTED)
    assert "Currently Snapshot, Disk and VM sources are supported for the Confidential VM security type." in refusal.text


@pytest.mark.parametrize("kind", ["disk", "snapshot", "vm"])
def test_a_trusted_launch_machine_has_no_road_to_a_supported_definition(kind: str) -> None:
    found = judged("TrustedLaunchSupported", kind, "TrustedLaunch")
    assert found.verdict == REFUSED
    assert "use a definition of SecurityType TrustedLaunch." in found.text


@pytest.mark.parametrize("kind", ["disk", "snapshot", "vm"])
def test_there_is_no_road_where_no_managed_image_can_be_made(kind: str) -> None:
    specialized = judge(DefinitionKind("TrustedLaunchSupported", os_state="Specialized"), SourceKind(kind))
    arm = judged("TrustedLaunchSupported", kind, architecture="Arm64")
    arm_definition = judge(DefinitionKind("TrustedLaunchSupported", architecture="Arm64"), SourceKind(kind))
    assert [each.verdict for each in (specialized, arm, arm_definition)] == [REFUSED] * 3
    assert "would be generalized: use a VHD blob" in specialized.text
    assert "Arm64 machines do not exist: use a VHD blob" in arm.text


def test_a_specialized_definition_takes_no_managed_image() -> None:
    found = judge(DefinitionKind(os_state="Specialized"), SourceKind("managed_image"))
    assert found.verdict == REFUSED
    assert "since the OS State in the parent gallery image (Specialized) is not Generalized." in found.text


@pytest.mark.parametrize(
    ("name", "wanted", "given", "words"),
    [
        ("generation", "V2", "V1", "different Hypervisor generation ['V1'] than the parent gallery image Hypervisor generation ['V2']"),
        ("os_type", "Linux", "Windows", "different OS type ['Windows'] than the parent gallery image OS type generation ['Linux']"),
        ("os_state", "Specialized", "Generalized", "the OS State in the parent gallery image (Specialized) is not Generalized."),
    ],
)
@pytest.mark.parametrize("kind", ["version", "vm"])
def test_a_source_that_differs_from_the_definition_is_refused(name: str, wanted: str, given: str, words: str, kind: str) -> None:
    found = judge(DefinitionKind(**{name: wanted}), SourceKind(kind, **{name: given}))
    assert found.verdict == REFUSED
    assert words in found.text
    assert judge(DefinitionKind(**{name: wanted}), SourceKind(kind, **{name: wanted})).verdict == OK
    assert judge(DefinitionKind(**{name: wanted}), SourceKind(kind)).verdict == OK


def test_another_architecture_is_only_warned_of() -> None:
    found = judge(DefinitionKind(architecture="x64"), SourceKind("disk", architecture="Arm64"))
    assert (found.verdict, found.evidence) == (WARN, ASSUMED)


@pytest.mark.parametrize(
    ("definition", "own", "verdict", "road"),
    [
        ("Standard", "Standard", ROAD, (OS_DISK,)),
        ("TrustedLaunch", "TrustedLaunch", ROAD, (OS_DISK,)),
        ("TrustedLaunchSupported", "Standard", ROAD, (OS_DISK, BY_MANAGED_IMAGE)),
        ("TrustedLaunchSupported", "TrustedLaunch", REFUSED, ()),
    ],
)
def test_the_os_disk_alone_becomes_the_source_if_data_disks_stay_out(
    definition: str, own: str, verdict: str, road: tuple[str, ...]
) -> None:
    found = judge(DefinitionKind(definition), SourceKind("vm", own, os_only=True))
    assert (found.verdict, found.road) == (verdict, road)


def test_a_mismatch_is_found_before_the_os_disk_takes_the_place_of_its_vm() -> None:
    found = judge(DefinitionKind(generation="V2"), SourceKind("vm", generation="V1", os_only=True))
    assert (found.verdict, found.road) == (REFUSED, ())


@pytest.mark.parametrize("kind", ["managed_image", "version"])
def test_other_complete_sources_keep_their_data_disks(kind: str) -> None:
    assert judge(DefinitionKind(), SourceKind(kind, os_only=True)).verdict == REFUSED
    assert judge(DefinitionKind(), SourceKind("disk", os_only=True)).verdict == OK


def test_a_rule_refuses_or_leads_on_with_evidence_only() -> None:
    assert [rule for rule in RULES if rule.verdict in (REFUSED, ROAD) and rule.evidence == ASSUMED] == []
    assert [rule for rule in RULES if rule.verdict == WARN and rule.evidence != ASSUMED] == []


@pytest.mark.parametrize("definition", [*SECURITY_TYPES, "SomethingNew"])
def test_every_decision_but_a_yes_has_a_sentence_without_gaps(definition: str) -> None:
    for kind in TITLES:
        for own in SECURITY_TYPES:
            found = judged(definition, kind, own)
            assert bool(found.text) == (found.verdict != OK)
            assert not set("{}") & set(found.text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (None, "Standard"),
        ("", "Standard"),
        ("None", "Standard"),
        ("trustedlaunchsupported", "TrustedLaunchSupported"),
        ("ConfidentialVmSupported", "ConfidentialVMSupported"),
        ("TrustedLaunchAndConfidentialVMSupported", "TrustedLaunchAndConfidentialVmSupported"),
        ("ConfidentialVM_DiskEncryptedWithPlatformKey", "ConfidentialVM"),
        ("SomethingNew", "SomethingNew"),
    ],
)
def test_a_security_type_is_read_in_any_spelling(text: str | None, name: str) -> None:
    assert security_type_in(text) == name


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (SourceKind("vm"), "Standard"),
        (SourceKind("vm", "TrustedLaunch"), "TrustedLaunch"),
        (SourceKind("disk", "ConfidentialVM"), "ConfidentialVM"),
        (SourceKind("blob"), "Standard"),
        (SourceKind("version", "TrustedLaunchSupported"), "TrustedLaunchSupported"),
    ],
)
def test_a_definition_on_request_takes_the_type_that_its_source_needs(source: SourceKind, name: str) -> None:
    assert security_type_for(source) == name
    assert judge(DefinitionKind(name), source).verdict in (OK, WARN)


def resource(kind: str, name: str = "x") -> ResourceId:
    return ResourceId.of(kind, "g", name, subscription="s")


def test_an_existing_definition_without_features_is_a_standard_one_of_the_first_generation() -> None:
    plain = GalleryImage(ResourceId.of(GALLERY_IMAGE, "g", "gal", "def", subscription="s"), "westeurope", properties={"osType": "Linux"})
    assert DefinitionKind.of(plain) == DefinitionKind("Standard", "V1", "Generalized", "Linux", "x64")
    features = [{"name": "securitytype", "value": "trustedlaunchsupported"}]
    trusted = replace(plain, properties={"osType": "Linux", "osState": "Specialized", "hyperVGeneration": "V2", "features": features})
    assert DefinitionKind.of(trusted) == DefinitionKind("TrustedLaunchSupported", "V2", "Specialized", "Linux", "x64")
    assert SourceKind.of_version(trusted) == SourceKind("version", "TrustedLaunchSupported", "V2", "Specialized", "Linux", "x64")


def test_a_source_is_described_by_what_azure_says_about_it() -> None:
    disk = Disk(resource(DISK), "westeurope", security_type="TrustedLaunch", hyper_v_generation="V2", os_type="Linux", architecture="x64")
    assert SourceKind.of_disk(disk) == SourceKind("disk", "TrustedLaunch", "V2", None, "Linux", "x64")
    snapshot = Snapshot(resource(SNAPSHOT), "westeurope", security_type="TrustedLaunch", capabilities={"architecture": "Arm64"})
    assert SourceKind.of_disk(snapshot) == SourceKind("snapshot", "TrustedLaunch", architecture="Arm64")
    image = Image(resource(IMAGE), "westeurope", os_type="Linux", hyper_v_generation="V2")
    assert SourceKind.of_image(image) == SourceKind("managed_image", "Standard", "V2", "Generalized", "Linux", "x64")


def test_a_vm_without_a_security_type_has_that_of_its_os_disk() -> None:
    disk = Disk(resource(DISK), "westeurope", security_type="ConfidentialVM_DiskEncryptedWithPlatformKey", hyper_v_generation="V2")
    vm = Vm(resource(VM), "westeurope", "id", AttachedDisk("os", disk.id))
    assert SourceKind.of_vm(vm, disk, generalized=False) == SourceKind("vm", "ConfidentialVM", "V2", "Specialized", "Linux")
    assert SourceKind.of_vm(vm, None, generalized=True, os_only=True) == SourceKind("vm", "Standard", None, "Generalized", "Linux")
    with_data = replace(vm, data_disks=(AttachedDisk("data", None, 0),))
    assert SourceKind.of_vm(with_data, None, generalized=True, os_only=True).os_only is True
