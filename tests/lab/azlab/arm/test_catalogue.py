# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue that a seed determines: always the same one, as big as Azure's was, and with the traps that Azure's has."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time

import pytest
from azlab.arm.compute.marketplace import catalogue
from azlab.arm.compute.marketplace.catalogue import generate
from azlab.arm.compute.marketplace.tables import Catalogue, Image
from azlab.settings import LOCATIONS

from tests.support.catalogue import SEED

_PRINT_DIGEST = "from tests.lab.azlab.arm.test_catalogue import digest; from azlab.arm.compute.marketplace.catalogue import generate; "
_SEEDS = sorted({1, 7, 20261128, SEED})


def digest(found: Catalogue) -> str:
    """One word for the whole content of a catalogue."""
    return hashlib.sha256(json.dumps(list(found.publishers.values())).encode()).hexdigest()


def images_of(found: Catalogue) -> list[Image]:
    offers = [offer for publisher in found.publishers.values() for offer in (publisher.offers or {}).values()]
    return [image for offer in offers for image in offer.images.values()]


def test_a_seed_has_the_same_catalogue_on_every_python() -> None:
    assert digest(generate(7)) == "5849e0e0c6ef5607ac6b8f2f9b54ce72e400b90641f2df7e7e7f85ad8da7ecf4"


def test_a_seed_has_the_same_catalogue_in_every_process() -> None:
    env = {**os.environ, "PYTHONHASHSEED": "3"}
    said = subprocess.run(
        [sys.executable, "-c", f"{_PRINT_DIGEST} print(digest(generate({SEED})))"], env=env, check=True, capture_output=True, text=True
    )
    assert said.stdout.strip() == digest(generate(SEED))


def test_another_seed_has_another_catalogue() -> None:
    assert digest(generate(SEED)) != digest(generate(SEED + 1))


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_catalogue_is_as_big_as_that_of_azure_was(seed: int) -> None:
    found = generate(seed)
    offers = sum(len(each.offers or {}) for each in found.publishers.values())
    images = images_of(found)
    assert len(found.publishers) == 975
    assert 2700 <= offers <= 3300
    assert 9000 <= len(images) <= 11000
    assert sum(len(image.versions) for image in images) > 2 * len(images)


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_catalogue_has_the_traps_that_azure_has(seed: int) -> None:
    found = generate(seed)
    images = images_of(found)
    names = [{version.name for version in image.versions} for image in images]
    versions = [version for image in images for version in image.versions]
    offers = [offer for publisher in found.publishers.values() for offer in (publisher.offers or {}).values()]
    assert any(each.offers is None for each in found.publishers.values())
    assert any(not image.versions for image in images)
    assert any("gen2" in image.sku and image.generation == "V1" for image in images)
    assert any({"1.0.9", "1.0.10"} <= each for each in names)
    assert {version.deprecation.state for version in versions} == {"Active", "ScheduledForDeprecation", "Deprecated"}
    assert {version.deprecation.option for version in versions} == {"", "None", "Offer", "Plan"}
    assert any(version.missing_in for version in versions)
    assert any(offer.missing_in for offer in offers)
    assert any(offer.portal_only for offer in offers)
    assert any(image.data_disks for image in images)
    assert {image.plan.paid if image.plan else None for image in images} == {None, True, False}
    assert {image.architecture for image in images} == {"x64", "Arm64"}


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_versions_of_an_image_have_different_names_of_numbers(seed: int) -> None:
    for image in images_of(generate(seed)):
        assert len({each.order for each in image.versions}) == len(image.versions), image
        assert [each.name for each in image.versions] == sorted(each.name for each in image.versions)


@pytest.mark.parametrize("seed", _SEEDS)
def test_security_types_are_those_of_the_second_generation(seed: int) -> None:
    for image in images_of(generate(seed)):
        assert "SecurityType" not in dict(image.features) or image.generation == "V2", image


@pytest.mark.parametrize(
    ("publisher", "offer", "sku", "generation", "os_type"),
    [
        ("MicrosoftWindowsServer", "WindowsServer", "2025-datacenter-g2", "V2", "Windows"),
        ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-azure-edition", "V2", "Windows"),
        ("MicrosoftWindowsServer", "WindowsServer", "2019-Datacenter", "V1", "Windows"),
        ("MicrosoftSQLServer", "sql2022-ws2022", "enterprise-gen2", "V2", "Windows"),
        ("MicrosoftWindowsDesktop", "windows-11", "win11-24h2-pro", "V2", "Windows"),
        ("MicrosoftVisualStudio", "visualstudio2022", "vs-2022-ent-latest-ws2022", "V1", "Windows"),
        ("Canonical", "ubuntu-24_04-lts", "server", "V2", "Linux"),
        ("Canonical", "ubuntu-24_04-lts", "server-gen1", "V1", "Linux"),
        ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts", "V1", "Linux"),
        ("Debian", "debian-12", "12-gen2", "V2", "Linux"),
        ("RedHat", "RHEL", "9_4", "V1", "Linux"),
        ("resf", "rockylinux-x86_64", "9-base", "V2", "Linux"),
    ],
)
def test_known_images_are_in_every_catalogue(publisher: str, offer: str, sku: str, generation: str, os_type: str) -> None:
    found = next(each for each in images_of(generate(SEED)) if (each.publisher, each.offer, each.sku) == (publisher, offer, sku))
    assert (found.generation, found.os_type, bool(found.versions)) == (generation, os_type, True)


def test_versions_are_named_after_the_release() -> None:
    found = generate(SEED)
    for publisher, offer, sku, release in (
        ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2", "22.04."),
        ("Canonical", "ubuntu-24_04-lts", "server", "24.04."),
        ("RedHat", "RHEL", "94_gen2", "9.4."),
        ("RedHat", "RHEL", "810-gen2", "8.10."),
        ("Oracle", "Oracle-Linux", "ol94-lvm-gen2", "9.4."),
        ("almalinux", "almalinux-x86_64", "9-gen2", "9.0."),
        ("MicrosoftWindowsServer", "WindowsServer", "2025-datacenter-g2", "26100."),
    ):
        image = next(each for each in images_of(found) if (each.publisher, each.offer, each.sku) == (publisher, offer, sku))
        assert {each.name.startswith(release) for each in image.versions} == {True}, image


def test_regions_that_lack_something_are_regions_of_the_lab() -> None:
    named = {region for image in images_of(generate(SEED)) for version in image.versions for region in version.missing_in}
    assert named == set(LOCATIONS)


def test_a_catalogue_is_generated_in_little_time() -> None:
    """The processor time counts, because other tests run at the same time."""
    begin = time.process_time()
    catalogue.generate.__wrapped__(SEED + 2)
    assert time.process_time() - begin < 1.5
