# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints every request that our gateway sends, as JSON, through the azure-mgmt-compute that is first on the path. Run as a script."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "build" / "collections")]

from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import (  # noqa: E402
    DISK,
    GALLERY,
    GALLERY_IMAGE,
    GALLERY_IMAGE_VERSION,
    IMAGE,
    SNAPSHOT,
    VM,
)

from tests.support.canned import ARM, CannedAzure, answer  # noqa: E402
from tests.support.ids import SUBSCRIPTION, an_id  # noqa: E402

# Keys that no model of the SDK knows, nulls, an empty list and letters beyond ASCII: all must arrive.
BODY = {"location": "westeurope", "unknown": {"deep": [None, {}]}, "tags": {"name": "größe"}, "properties": {"nothing": None, "empty": []}}
API = {VM: "2024-07-01", IMAGE: "2024-07-01", DISK: "2024-03-02", SNAPSHOT: "2024-03-02"}


def operation(result: Any = None) -> list[Any]:
    """The answers to a long-running operation that succeeds."""
    links = {"Azure_AsyncOperation": f"{ARM}/operations/1", "Location": f"{ARM}/operations/1?monitor=true"}
    return [answer(202, result, **links), answer(200, {"status": "Succeeded"}), answer(200, result)]


def scenes() -> dict[str, tuple[Any, list[Any]]]:
    """The call and the prepared answers of each scene, by its name."""
    kinds = {"machines": VM, "images": IMAGE, "disks": DISK, "snapshots": SNAPSHOT}
    found: dict[str, tuple[Any, list[Any]]] = {}
    for room, kind in kinds.items():
        one = an_id(kind, "group", "one")
        following = f"{ARM}/subscriptions/{SUBSCRIPTION}/next?api-version={API[kind]}&$skiptoken=a%2Bb"
        raw = {"id": str(one), "location": "westeurope", "properties": {}}
        # As recorded from Azure: VMs and images answer 201 and 200 to a PUT and a PATCH, disks and snapshots 202 to both.
        accepted = (201, 200) if room in ("machines", "images") else (202, 202)
        created, updated = (
            [answer(status, raw, Azure_AsyncOperation=f"{ARM}/operations/1"), answer(200, {"status": "Succeeded"}), answer(200, raw)]
            for status in accepted
        )
        found |= {
            f"{room} get": (lambda azure, room=room, one=one: getattr(azure, room).get(one), [answer(200, raw)]),
            f"{room} create": (lambda azure, room=room, one=one: getattr(azure, room).create(one, BODY), created),
            f"{room} update": (lambda azure, room=room, one=one: getattr(azure, room).update(one, BODY), updated),
            f"{room} delete": (lambda azure, room=room, one=one: getattr(azure, room).delete(one), operation()),
            f"{room} list": (
                lambda azure, room=room: getattr(azure, room).list(),
                [answer(200, {"value": [raw], "nextLink": following}), answer(200, {"value": [raw]})],
            ),
            f"{room} list of a group": (lambda azure, room=room: getattr(azure, room).list("group"), [answer(200, {"value": []})]),
        }
    found |= _gallery_scenes()
    vm, disk = an_id(VM, "group", "one"), an_id(DISK, "group", "one")
    found["machines deallocate"] = (lambda azure: azure.machines.deallocate(vm, lambda: None), operation())
    found["machines generalize"] = (lambda azure: azure.machines.generalize(vm), [answer(200)])
    log = [answer(200, {"serialConsoleLogBlobUri": "https://blob/log"}), answer(200, b"log")]
    found["machines boot_log"] = (lambda azure: azure.machines.boot_log(vm), log)
    found["disks write_access"] = (
        lambda azure: _open(azure.disks.write_access(disk)),
        [*operation({"accessSAS": "https://sas"}), *operation()],
    )
    return found


def _gallery_scenes() -> dict[str, tuple[Any, list[Any]]]:
    """The scenes on galleries and on what is nested in them; azure-mgmt-compute 33 knows neither their api-version nor all properties."""
    gallery = an_id(GALLERY, "group", "one")
    image = gallery.child(GALLERY_IMAGE, "two")
    version = image.child(GALLERY_IMAGE_VERSION, "1.0.0")
    found: dict[str, tuple[Any, list[Any]]] = {}
    for room, one in {"galleries": gallery, "gallery_images": image, "gallery_image_versions": version}.items():
        raw = {"id": str(one), "location": "westeurope", "properties": {}}
        following = f"{ARM}/subscriptions/{SUBSCRIPTION}/next?api-version=2024-03-03&$skiptoken=a%2Bb"
        pages = [answer(200, {"value": [raw], "nextLink": following}), answer(200, {"value": [raw]})]
        # As recorded from Azure: 201 and 200, with the URL of the operation.
        created, updated = (
            [answer(status, raw, Azure_AsyncOperation=f"{ARM}/operations/1"), answer(200, {"status": "Succeeded"}), answer(200, raw)]
            for status in (201, 200)
        )
        found |= {
            f"{room} get": (lambda azure, room=room, one=one: getattr(azure, room).get(one), [answer(200, raw)]),
            f"{room} put": (lambda azure, room=room, one=one: getattr(azure, room).put(one, BODY), created),
            f"{room} update": (lambda azure, room=room, one=one: getattr(azure, room).update(one, BODY), updated),
            f"{room} delete": (lambda azure, room=room, one=one: getattr(azure, room).delete(one), operation()),
            f"{room} list": (_lister(room, one), pages),
        }
    found["galleries share"] = (lambda azure: azure.galleries.share(gallery, BODY), operation())
    replicated = [answer(200, {"id": str(version), "location": "westeurope", "properties": {}})]
    found["gallery_image_versions find_replicated"] = (lambda azure: azure.gallery_image_versions.find_replicated(version), replicated)
    return found


def _lister(room: str, one: Any) -> Any:
    """The call that lists what is in a gallery or in an image definition, or all galleries."""
    return lambda azure: azure.galleries.list() if room == "galleries" else getattr(azure, room).list_in(one.parent)


def _open(access: Any) -> None:
    with access:
        pass


def main() -> None:
    """Play every scene, and print the requests that it sent."""
    seen = {}
    for name, (call, answers) in scenes().items():
        canned = CannedAzure(*answers, checked=False)
        call(canned.azure)
        seen[name] = [
            [sent.method, sent.url.partition("?")[0], sorted(sent.query.items()), sent.content.hex(), sent.headers.get("Content-Type", "")]
            for sent in canned.sent
        ]
    print(json.dumps({"version": version("azure-mgmt-compute"), "sent": seen}))


if __name__ == "__main__":
    main()
