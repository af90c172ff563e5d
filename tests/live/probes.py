# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests of which the lab assumes how Azure answers, or does not know whether it allows them. None of them costs anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azlab.arm.compute.disks import errors as disks
from azlab.arm.compute.gallery_images import errors as gallery_images
from azlab.arm.compute.gallery_versions import errors as gallery_versions
from azlab.arm.compute.images import errors as images
from azlab.arm.core.refusals import Refusal
from azlab.arm.http import body_errors

from tests.live.scenario import DISKS, GALLERIES, IMAGES, SIZE, Scenario, Stage, definition_of, image_of, upload, version_of

STRATEGY = "2025-03-03"
"""The first api-version in which a version has a strategy for its storage."""


@dataclass(frozen=True)
class Probe:
    """One request. `assumed` is the lab's refusal; `allowed`: the lab does not refuse it, and it is not known whether Azure does."""

    stage: Stage
    what: str
    assumed: Refusal
    method: str
    path: str
    api: str
    body: Callable[[Scenario], Any]
    allowed: bool = False


PROBES = (
    Probe(
        Stage.GROUP,
        "a disk of more than 32767 GiB",
        disks.DISK_SIZE,
        "PUT",
        "disks/huge",
        DISKS,
        lambda run: run.body({"creationData": {"createOption": "Empty"}, "diskSizeGB": 40000}),
    ),
    Probe(
        Stage.GROUP,
        "an upload of less than 20 MiB",
        disks.UPLOAD_SIZE,
        "PUT",
        "disks/tiny",
        DISKS,
        lambda run: run.body(upload(2**20 + 512)),
    ),
    Probe(
        Stage.GROUP,
        "51 tags",
        body_errors.MANY_TAGS,
        "PUT",
        "disks/tagged",
        DISKS,
        lambda run: run.body(upload(SIZE + 512), tags={f"tag{number}": "" for number in range(51)}),
    ),
    Probe(
        Stage.GROUP,
        "tag names that differ in case only",
        body_errors.TWIN_TAGS,
        "PUT",
        "disks/twins",
        DISKS,
        lambda run: run.body(upload(SIZE + 512), tags={"name": "", "Name": ""}),
    ),
    Probe(
        Stage.WAITING,
        "read access to a disk that waits for its upload",
        disks.READ_UPLOAD,
        "POST",
        "disks/os/beginGetAccess",
        DISKS,
        lambda run: {"access": "Read", "durationInSeconds": 600},
    ),
    Probe(
        Stage.OPEN,
        "other tags for a disk that is open for its upload",
        disks.PATCH_UPLOAD,
        "PATCH",
        "disks/os",
        DISKS,
        lambda run: {"tags": {"probe": "open"}},
        allowed=True,
    ),
    Probe(
        Stage.DISK,
        "write access to a disk that is uploaded",
        disks.WRITE_NOT_UPLOAD,
        "POST",
        "disks/os/beginGetAccess",
        DISKS,
        lambda run: {"access": "Write", "durationInSeconds": 600},
    ),
    Probe(
        Stage.DISK,
        "an image with the same disk twice",
        images.DUPLICATE_SOURCE,
        "PUT",
        "images/twice",
        IMAGES,
        lambda run: run.body(image_of(run.id("disks/os"), run.id("disks/os"))),
    ),
    Probe(
        Stage.GALLERY,
        "a feature of an image definition that Azure does not know",
        gallery_images.BAD_FEATURE,
        "PUT",
        "galleries/gallery/images/odd",
        GALLERIES,
        lambda run: run.body(definition_of("odd", features=[{"name": "Goldenimage", "value": "True"}])),
    ),
    Probe(
        Stage.GALLERY,
        "the same feature twice",
        gallery_images.TWIN_FEATURES,
        "PUT",
        "galleries/gallery/images/twice",
        GALLERIES,
        lambda run: run.body(definition_of("twice", features=2 * [{"name": "IsHibernateSupported", "value": "True"}])),
    ),
    Probe(
        Stage.GALLERY,
        "the security type Standard",
        gallery_images.STANDARD_SECURITY_TYPE,
        "PUT",
        "galleries/gallery/images/standard",
        GALLERIES,
        lambda run: run.body(
            definition_of("standard", hyperVGeneration="V2", features=[{"name": "SecurityType", "value": "Standard"}]),
        ),
        allowed=True,
    ),
    Probe(
        Stage.DEFINITION,
        "a version with a type and a strategy of storage",
        gallery_versions.TYPE_AND_STRATEGY,
        "PUT",
        "galleries/gallery/images/linux/versions/0.0.1",
        STRATEGY,
        lambda run: run.body(version_of(run, storageAccountType="Standard_LRS", storageAccountStrategy="PreferStandard_ZRS")),
    ),
)
