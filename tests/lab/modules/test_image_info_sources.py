# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_info against the lab, with images of galleries: own ones, shared ones and those of another subscription."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_info

from tests.support.bodies import image_of_disk
from tests.support.gallery_versions import LabVersions, body_of_version, of_disk
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION, RunningLab, done
from tests.support.tasks import LabTasks

OTHER = "northeurope"
SECURE = {"hyperVGeneration": "V2"}
LOGIN = {"admin_username": "builder", "admin_password": "Correct-Horse-9"}


@pytest.fixture(scope="module")
def place(lab: RunningLab) -> Iterator[LabVersions]:
    """A resource group with a managed image, and a gallery with three definitions."""
    group = LabGroup(lab, lab.put_group())
    disk = group.os_disk().id
    done(group.compute.images.begin_create_or_update(group.name, "web", {**image_of_disk(disk), "tags": {"role": "web"}}))
    gallery = LabVersions(lab, group.name, "hub")
    gallery.made()
    web = gallery.image("web", "TrustedLaunch", **SECURE, description="Serves our pages")
    secure = group.os_disk("secure", hyperVGeneration="V2", securityProfile={"securityType": "TrustedLaunch"}).id
    for name, regions in (("1.0.9", [LOCATION]), ("1.0.10", [LOCATION, OTHER])):
        gallery.create(web, of_disk(secure), name, regions, tags={"release": name})
    gallery.create(web, of_disk(secure), "1.0.11", [LOCATION], profile={"excludeFromLatest": True})
    gallery.create(gallery.image("db", identifier={"publisher": "acme", "offer": "database", "sku": "small"}), of_disk(disk))
    arm = {"identifier": {"publisher": "acme", "offer": "database", "sku": "arm"}, "architecture": "Arm64", **SECURE}
    gallery.image("empty", **arm)
    yield gallery
    lab.arm("DELETE", f"/subscriptions/{lab.settings.subscription}/resourcegroups/{group.name}", version="2021-04-01")


def shown(result: dict[str, Any]) -> list[str]:
    return [":".join(filter(None, (each["origin"], each["name"], each["version"]))) for each in result["images"]]


OWN = {"sources": ["managed", "gallery"]}
WEB, DB, MANAGED = "gallery:web:1.0.11", "gallery:db:1.0.0", "managed:web"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, [MANAGED, DB, WEB]),
        ({"sources": "gallery"}, [DB, WEB]),
        ({"name": "WEB"}, [MANAGED, WEB]),
        ({"tags": ["role=web"]}, [MANAGED]),
        ({"tags": ["release"]}, ["gallery:web:1.0.10"]),
        ({"text": "serves PAGES"}, [WEB]),
        ({"text": "web"}, [MANAGED, WEB]),
        ({"os_type": "Windows"}, []),
        ({"generation": "V2"}, [WEB]),
        ({"architecture": "x64"}, [MANAGED, DB, WEB]),
        ({"architecture": "Arm64"}, []),
        ({"security_type": "TrustedLaunch,TrustedLaunchSupported"}, [WEB]),
        ({"security_type": "Standard"}, [MANAGED, DB]),
        ({"publisher": "ACM"}, [DB]),
        ({"offer": "base"}, [DB]),
        ({"sku": "small"}, [DB]),
        ({"gallery": "HUB"}, [DB, WEB]),
        ({"gallery": "other"}, []),
        ({"gallery_image": "db"}, [DB]),
        ({"location": OTHER}, ["gallery:web:1.0.10"]),
        ({"max_age": 1}, [DB, WEB]),
        ({"min_age": 1}, []),
        ({"deprecated": False}, [MANAGED, DB, WEB]),
        ({"deprecated": True}, []),
        ({"versions": "all", "name": "web", "location": LOCATION}, [MANAGED, "gallery:web:1.0.9", "gallery:web:1.0.10", WEB]),
        ({"versions": "latest", "name": "web", "location": LOCATION}, [MANAGED, "gallery:web:1.0.10"]),
        ({"limit": 2}, [MANAGED, DB]),
    ],
    ids=str,
)
def test_a_filter_chooses_among_managed_images_and_galleries(
    tasks: LabTasks, place: LabVersions, options: dict[str, Any], found: list[str]
) -> None:
    result = tasks(image_info, **{**OWN, "resource_group": place.group, **options})
    assert (shown(result), result["truncated"], result["complete"]) == (found, options.get("limit") is not None, True)


def test_azure_deploys_the_version_that_is_said_to_be_the_latest(lab: RunningLab, tasks: LabTasks, place: LabVersions, group: str) -> None:
    (image,) = tasks(image_info, sources="gallery", gallery_image="web", versions="latest", location=LOCATION, gallery="hub")["images"]
    lab.put_subnet(group)
    subnet = {"virtual_network": "net", "subnet": "default"}
    machine = {"name": "t1", "resource_group": group, "subnet": subnet, "location": LOCATION, **LOGIN}
    definition = image["reference"].rpartition("/versions/")[0]
    vm = tasks(image_boot, image=definition, **machine)["vm"]
    stored = lab.arm("GET", vm["id"]).json()["properties"]["storageProfile"]["imageReference"]
    assert (image["latest"], stored["exactVersion"]) == (True, image["version"])


def test_a_replica_that_is_not_complete_does_not_count(lab: RunningLab, tasks: LabTasks, place: LabVersions) -> None:
    disk = LabGroup(lab, place.group).os_disk("late").id
    late = place.image("late")
    with lab.setting("replication_seconds", {OTHER: 60.0}):
        place.put(f"{late}/versions/1.0.0", body_of_version(of_disk(disk), (LOCATION, OTHER))).raise_for_status()
        options = {"sources": "gallery", "gallery": "hub", "gallery_image": "late", "resource_group": place.group}
        assert tasks(image_info, **options, location=OTHER)["images"] == []
    lab.arm("DELETE", f"{late}/versions/1.0.0", version="2024-03-03")


def test_shared_galleries_are_listed_and_bootable(lab: RunningLab, tasks: LabTasks, group: str) -> None:
    with lab.second_subscription() as theirs:
        team = theirs.put_group()
        disk = LabGroup(theirs, team).os_disk().id
        shared = LabVersions(theirs, team, "team")
        shared.made("Groups")
        shared.create(shared.image("served"), of_disk(disk))
        groups = [{"type": "Subscriptions", "ids": [lab.settings.subscription]}]
        assert shared.ask("POST", "share", {"operationType": "Add", "groups": groups}).status_code == 202
        options = {"sources": "shared", "location": LOCATION, "gallery_image": "served"}
        (readable,) = tasks(image_info, **options)["images"]
        assert readable["reference"] == f"{shared.id}/images/served/versions/1.0.0"
        with lab.rights({"scope": f"/subscriptions/{theirs.settings.subscription}", "actions": []}):
            (direct,) = tasks(image_info, **options)["images"]
        unique = shared.properties()["identifier"]["uniqueName"]
        reference = f"/SharedGalleries/{unique}/Images/served/Versions/1.0.0"
        assert (direct["reference"], direct["gallery"]) == (reference, unique)
        assert direct["reference_dict"] == {"shared_gallery_image_id": reference}
        lab.put_subnet(group)
        machine = {"resource_group": group, "subnet": {"virtual_network": "net", "subnet": "default"}, "location": LOCATION, **LOGIN}
        for name, image in (("t1", readable), ("t2", direct)):
            assert tasks(image_boot, name=name, image=image["reference"], **machine)["vm"]["power_state"] == "running"


def test_community_images_are_searched_and_bootable(lab: RunningLab, tasks: LabTasks, lab_group: LabGroup) -> None:
    public = LabVersions(lab, lab_group.name, "public")
    public.made("Community")
    source = of_disk(lab_group.os_disk().id)
    image = public.image("flavoured", identifier={"publisher": "acme", "offer": "rare-distribution", "sku": "12"})
    public.create(image, source)
    public.create(image, source, "2.0.0", profile={"excludeFromLatest": True})
    public.create(image, source, "3.0.0", [LOCATION, OTHER])
    assert public.ask("POST", "share", {"operationType": "EnableCommunity"}).status_code == 202
    [name] = public.properties()["sharingProfile"]["communityGalleryInfo"]["publicNames"]
    options = {"sources": "community", "text": "Rare DISTRIBUTION 12"}
    every = tasks(image_info, **options, location=LOCATION, versions="all")["images"]
    assert [(each["version"], each["latest"]) for each in every] == [("1.0.0", False), ("2.0.0", False), ("3.0.0", True)]
    (latest,) = tasks(image_info, **options, location=OTHER, versions="latest")["images"]
    assert latest["reference"] == f"/CommunityGalleries/{name}/Images/flavoured/Versions/3.0.0"
    assert tasks(image_info, **{**options, "text": "rare distribution 13"}, location=LOCATION)["images"] == []
    lab.put_subnet(lab_group.name)
    machine = {"resource_group": lab_group.name, "subnet": {"virtual_network": "net", "subnet": "default"}, "location": LOCATION, **LOGIN}
    assert tasks(image_boot, name="t1", image=every[0]["reference"], **machine)["vm"]["power_state"] == "running"
    public.ask("POST", "share", {"operationType": "Reset"})


def test_a_gallery_that_may_not_be_read_is_named_as_missing(lab: RunningLab, tasks: LabTasks, place: LabVersions) -> None:
    """A fault at the list of definitions stands for a lock of the network or a missing right."""
    with lab.fault(plane="arm", method="GET", path="/galleries/hub/images", status=403, code="AuthorizationFailed", message="No right."):
        result = tasks(image_info, **OWN, resource_group=place.group)
    assert (shown(result), result["complete"]) == ([MANAGED], False)
    assert result["missing"][0].startswith("could not list the image definitions of hub: ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sources": "galery"}, "value of sources must be one or more of: "),
        ({"os_type": "linux"}, "value of os_type must be one of: "),
        ({"generation": "2"}, "value of generation must be one of: "),
        ({"architecture": "amd64"}, "value of architecture must be one of: "),
        ({"security_type": "Trusted"}, "value of security_type must be one or more of: "),
        ({"versions": "newst"}, "value of versions must be one of: "),
        ({"min_age": "old"}, "argument 'min_age' is of type"),
        ({"max_age": -1}, "max_age: must be at least 0, not -1."),
        ({"limit": 0}, "limit: must be at least 1, not 0."),
        ({"deprecated": "perhaps"}, "argument 'deprecated' is of type"),
        ({"terms": "perhaps"}, "argument 'terms' is of type"),
        ({"cache": "perhaps"}, "argument 'cache' is of type"),
        ({"progress": "perhaps"}, "argument 'progress' is of type"),
        ({"cache_max_age": 0}, "cache_max_age: must be at least 1"),
        ({"location": "west europ", "sources": "gallery"}, "location: 'westeurop' is not a region that has images"),
        ({"sources": "community"}, "location: name a region, such as westeurope,"),
        ({"name": "a/b"}, "name: 'a/b' is not a valid name for a resource"),
        ({"resource_group": "a/b"}, "resource_group: 'a/b' is not a valid name for a resource group"),
        ({"tags": ["=x"]}, "tags: '=x' is not a valid tag"),
    ],
    ids=str,
)
def test_a_mistake_in_an_option_gets_one_sentence(tasks: LabTasks, options: dict[str, Any], sentence: str) -> None:
    message = tasks.fails(image_info, **options)["msg"]
    assert sentence in message
    assert "\n" not in message
