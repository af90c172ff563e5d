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

from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, IMAGE, SNAPSHOT, VM  # noqa: E402

from tests.support.canned import ARM, CannedAzure, answer  # noqa: E402
from tests.support.ids import SUBSCRIPTION, an_id  # noqa: E402

# Keys that no model of the SDK knows, nulls, an empty list and letters beyond ASCII: all must arrive.
BODY = {"location": "westeurope", "unknown": {"deep": [None, {}]}, "tags": {"name": "größe"}, "properties": {"nothing": None, "empty": []}}
API = {VM: "2024-07-01", IMAGE: "2024-07-01", DISK: "2024-03-02", SNAPSHOT: "2024-03-02"}


def operation(result: Any = None) -> list[Any]:
    """The answers to a long-running operation that succeeds."""
    links = {"Azure_AsyncOperation": f"{ARM}/poll", "Location": f"{ARM}/poll?monitor=true"}
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
            [answer(status, raw, Azure_AsyncOperation=f"{ARM}/poll"), answer(200, {"status": "Succeeded"}), answer(200, raw)]
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


def _open(access: Any) -> None:
    with access:
        pass


def main() -> None:
    """Play every scene, and print the requests that it sent."""
    seen = {}
    for name, (call, answers) in scenes().items():
        canned = CannedAzure(*answers)
        call(canned.azure)
        seen[name] = [
            [sent.method, sent.url.partition("?")[0], sorted(sent.query.items()), sent.content.hex(), sent.headers.get("Content-Type", "")]
            for sent in canned.sent
        ]
    print(json.dumps({"version": version("azure-mgmt-compute"), "sent": seen}))


if __name__ == "__main__":
    main()
