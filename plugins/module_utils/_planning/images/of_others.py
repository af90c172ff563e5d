# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of images in galleries of others, as a region shows them: they have no resource ids, and a replica there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ..._core.model.listed_image import ListedImage
from .definition import facts_of
from .request import ListRequest
from .versions import SOFT_DELETED, Candidate, disks_of


class Kind(NamedTuple):
    """A kind of galleries of others: its origin, the word in its paths, and the key of a reference in azure.azcollection."""

    origin: str
    path: str
    key: str


def listed_definition(request: ListRequest, kind: Kind, gallery: str, name: str, properties: Mapping[str, Any]) -> ListedImage:
    """A definition in a gallery of others."""
    reference = f"/{kind.path}/{gallery}/Images/{name}"
    return ListedImage(
        kind.origin,
        reference,
        {kind.key: reference},
        name,
        request.location,
        gallery=gallery,
        gallery_image=name,
        regions=(request.location,),
        tags=properties.get("artifactTags") or {},
        **facts_of(properties),
    )


def candidates(definition: ListedImage, kind: Kind, versions: Iterable[Mapping[str, Any]]) -> list[Candidate]:
    """The versions of a definition in a gallery of others, from Azure's JSON."""
    return [Candidate(_listed_version(definition, kind, each)) for each in versions]


def _listed_version(definition: ListedImage, kind: Kind, version: Mapping[str, Any]) -> ListedImage:
    properties, name = version.get("properties") or {}, str(version["name"])
    reference = f"{definition.reference}/Versions/{name}"
    deleted = properties.get("imageState") == SOFT_DELETED
    return replace(
        definition,
        reference=reference,
        reference_dict={kind.key: reference},
        version=name,
        published=properties.get("publishedDate"),
        end_of_life=properties.get("consumptionEndTime") if deleted else properties.get("endOfLifeDate"),
        provisioning_state=SOFT_DELETED if deleted else None,
        exclude_from_latest=bool(properties.get("excludeFromLatest")),
        **disks_of(properties.get("storageProfile") or properties),
    )
