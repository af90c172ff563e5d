# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The az command line lists images of the Marketplace, of communities and of shared galleries; image_info must find the same ones.

The environment variable CATALOGUE_SEED chooses the Marketplace and the filters.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from typing import Any

from azlab.client import LabClient

from . import lab
from .az import Az, signed_in
from .filters import Catalogue, Filter, drawn
from .image_info import ALL, Collection

LOCATION = "westeurope"
_HERE = ("--location", LOCATION)


def main(cloud: dict[str, str]) -> None:
    """Compare what az and image_info find, and accept and cancel the terms of a plan."""
    shutil.rmtree(lab.BUILD / "catalogue", ignore_errors=True)
    az, ours = signed_in(cloud), Collection(cloud)
    catalogue = Catalogue(LabClient(lab.STATE), LOCATION)
    source = random.Random(lab.SEED)
    found = [images for each in drawn(catalogue, source) if (images := same_images(az, ours, each))]
    assert len(found) >= 5, "almost no filter has found an image: nothing was compared"
    names(az, catalogue, found[0][0])
    terms(az, ours, *_bought(az, found))
    community(az, ours)
    shared(az, ours)


def same_images(az: Az, ours: Collection, filter: Filter) -> list[dict[str, Any]]:
    """The images that az finds with a filter. image_info must find the same set."""
    theirs = az("vm", "image", "list", "--all", *_HERE, *(f"--{name}={value}" for name, value in filter.items()))
    urns, references = {image["urn"] for image in theirs}, ours.references(sources="marketplace", location=LOCATION, **filter)
    print(f"  {filter}: {len(urns)} images", flush=True)
    _same(filter, urns, references)
    return list(theirs)


def names(az: Az, catalogue: Catalogue, image: Mapping[str, Any]) -> None:
    """az lists publishers, offers and SKUs, and shows a version."""
    publisher, offer = image["publisher"], image["offer"]
    listed = az("vm", "image", "list-publishers", *_HERE)
    assert [each["name"] for each in listed] == catalogue.publishers
    listed = az("vm", "image", "list-offers", *_HERE, "--publisher", publisher)
    assert [each["name"] for each in listed] == catalogue.offers(publisher)
    listed = az("vm", "image", "list-skus", *_HERE, "--publisher", publisher, "--offer", offer)
    assert [each["name"] for each in listed] == catalogue.skus(publisher, offer)
    shown = az("vm", "image", "show", *_HERE, "--urn", image["urn"])
    assert (shown["name"], shown["architecture"]) == (image["version"], image["architecture"])


def _bought(az: Az, found: list[list[dict[str, Any]]]) -> tuple[str, list[str]]:
    """The URN of an image that is bought under a plan, and this plan in the words of az: without them az asks another region."""
    for images in found:
        urn = str(images[-1]["urn"])
        if plan := az("vm", "image", "show", *_HERE, "--urn", urn)["plan"]:
            return urn, ["--publisher", plan["publisher"], "--offer", plan["product"], "--plan", plan["name"]]
    raise SystemExit("no image that a filter has found is bought under a plan: choose another CATALOGUE_SEED")


def terms(az: Az, ours: Collection, urn: str, plan: list[str]) -> None:
    """az shows, accepts and cancels the terms of a plan; image_info reads the same state."""
    publisher, offer, sku, _version = urn.split(":")

    def accepted() -> bool:
        query: dict[str, Any] = {"sources": "marketplace", "location": LOCATION, "publisher": publisher, "offer": offer, "sku": sku}
        images = ours("image_info", **query, versions="all", limit=ALL, terms=True)["images"]
        (state,) = [image["terms_accepted"] for image in images if image["reference"] == urn]
        assert az("vm", "image", "terms", "show", *plan)["accepted"] == state, urn
        return bool(state)

    assert not accepted()
    az("vm", "image", "terms", "accept", *plan)
    assert accepted()
    az("vm", "image", "terms", "cancel", *plan)
    assert not accepted()


def community(az: Az, ours: Collection) -> None:
    """az lists community galleries, their image definitions and versions."""
    theirs: set[str] = set()
    for gallery in _pages(az, "sig", "list-community", *_HERE):
        here = (*_HERE, "--public-gallery-name", gallery["name"])
        for definition in az("sig", "image-definition", "list-community", *here):
            versions = az("sig", "image-version", "list-community", *here, "--gallery-image-definition", definition["name"])
            theirs |= {version["uniqueId"] for version in versions}
    assert theirs, "the lab has no community images"
    _same("community", theirs, ours.references(sources="community", location=LOCATION))


def shared(az: Az, ours: Collection) -> None:
    """az lists galleries that are shared with the subscription and with its tenant, their image definitions and versions."""
    theirs: set[str] = set()
    for to in ((), ("--shared-to", "tenant")):
        for gallery in az("sig", "list-shared", *_HERE, *to):
            here = (*_HERE, "--gallery-unique-name", gallery["uniqueId"].rsplit("/", 1)[1], *to)
            for definition in az("sig", "image-definition", "list-shared", *here):
                versions = az("sig", "image-version", "list-shared", *here, "--gallery-image-definition", definition["name"])
                theirs |= {version["uniqueId"] for version in versions}
    assert theirs, "no gallery of the lab is shared with its client"
    missing = theirs - ours.references(sources="shared", location=LOCATION)
    assert not missing, f"image_info lacks shared images: {sorted(missing)[:5]}"


def _pages(az: Az, *words: str) -> list[dict[str, Any]]:
    """All pages of a list of az."""
    found, marker = [], ""
    while True:
        page = az(*words, "--show-next-marker", *(("--marker", marker) if marker else ()))
        marker = page.pop()["nextMarker"]
        found += page
        if not marker:
            return found


def _same(what: object, theirs: set[str], ours: set[str]) -> None:
    lacking, more = sorted(theirs - ours), sorted(ours - theirs)
    if lacking or more:
        raise SystemExit(f"{what}: image_info lacks {len(lacking)} images of az's {len(theirs)}: {lacking[:5]}; it has others: {more[:5]}")
