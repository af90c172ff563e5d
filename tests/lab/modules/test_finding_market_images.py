# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions of docs/finding-images.md about the Marketplace: answers are computed here from the seed's tables, by other code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_info
from azlab.arm.compute.marketplace.catalogue import generate
from azlab.arm.compute.marketplace.tables import Image, ImageVersion

from tests.support.catalogue import SEED
from tests.support.questions import LOCATION, QUESTIONS, Ask
from tests.support.running_lab import RunningLab
from tests.support.tasks import LabTasks


class Row(NamedTuple):
    """A version of an image of the seed's tables, as far as a region has it."""

    image: Image
    version: ImageVersion

    @property
    def urn(self) -> str:
        """Its name for az."""
        return f"{self.image.publisher}:{self.image.offer}:{self.image.sku}:{self.version.name}"

    @property
    def names(self) -> str:
        """Publisher, offer and SKU in lower case."""
        return f"{self.image.publisher} {self.image.offer} {self.image.sku}".lower()

    @property
    def security_type(self) -> str:
        """Its security type; an image without the feature is a standard one."""
        return dict(self.image.features).get("SecurityType", "Standard")


def rows() -> Iterator[Row]:
    """All versions in the region of the questions."""
    for publisher in generate(SEED).publishers.values():
        for offer in (publisher.offers or {}).values():
            if LOCATION not in offer.missing_in:
                yield from (Row(image, each) for image in offer.images.values() for each in image.in_region(LOCATION))


def newest(chosen: Callable[[Row], bool], rows: Iterator[Row]) -> set[Row]:
    """The chosen version with the highest number of each image."""
    best: dict[tuple[str, str, str], Row] = {}
    for row in filter(chosen, rows):
        key = (row.image.publisher, row.image.offer, row.image.sku)
        if key not in best or row.version.order > best[key].version.order:
            best[key] = row
    return set(best.values())


def of(publisher: str, *words: str) -> Callable[[Row], bool]:
    return lambda row: publisher.lower() in row.image.publisher.lower() and all(word in row.names for word in words)


def is_server_2025(row: Row) -> bool:
    types = ("TrustedLaunch", "TrustedLaunchSupported")
    return of("MicrosoftWindowsServer", "2025")(row) and row.image.generation == "V2" and row.security_type in types


ANSWERS: dict[int, Callable[[Row], bool]] = {
    1: is_server_2025,
    2: of("", "sql", "server", "2022"),
    3: lambda row: of("Canonical", "ubuntu")(row) and row.image.architecture == "Arm64",
    4: lambda row: of("Debian")(row) and "debian-12" in row.image.offer.lower() and not row.version.deprecated,
    5: of("Canonical"),
    6: of("center-for-internet-security-inc"),
    7: of("MicrosoftVisualStudio", "windows", "11"),
}

WITHDRAWN = (5,)
"""The questions whose answer has only those newest versions that are deprecated or will be."""


@pytest.fixture
def ask(
    catalogue_lab: RunningLab, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[int], dict[str, Any]]:
    """Ask a question of the document with its own command. All questions of the session share one cache."""
    tasks, cache = LabTasks(catalogue_lab, monkeypatch), str(_cache(tmp_path_factory))
    return lambda number: tasks(image_info, **QUESTIONS[number].options, cache_path=cache)


def _cache(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp() / "finding-images"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def test_the_document_has_twelve_questions() -> None:
    assert sorted(QUESTIONS) == list(range(1, 13))


@pytest.mark.parametrize("number", sorted(ANSWERS), ids=lambda number: QUESTIONS[number].text)
def test_a_question_about_the_marketplace(ask: Ask, number: int) -> None:
    found = ask(number)
    references = {each["reference"] for each in found["images"]}
    expected = {row.urn for row in newest(ANSWERS[number], rows()) if number not in WITHDRAWN or row.version.deprecation.state != "Active"}
    limit = int(QUESTIONS[number].options.get("limit", 100))
    assert expected
    assert (found["complete"], found["truncated"]) == (True, len(expected) > limit)
    assert references == expected or (references < expected and len(references) == limit)
