# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_info against the lab."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_info

from tests.support.bodies import image_of_disk
from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab, done
from tests.support.tasks import LabTasks

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def images(lab_group: LabGroup) -> list[Any]:
    """Three images of one disk, two of them with tags."""
    disk = lab_group.os_disk()
    bodies = {
        name: image_of_disk(disk.id) | {"tags": tags}
        for name, tags in (("web-10", {"Role": "web"}), ("web-9", {"Role": "web"}), ("db", {}))
    }
    return [done(lab_group.compute.images.begin_create_or_update(lab_group.name, name, body)) for name, body in bodies.items()]


def names(result: dict[str, Any]) -> list[str]:
    return [image["name"] for image in result["images"]]


def test_images_are_filtered_and_sorted_by_the_numbers_in_their_names(tasks: LabTasks, lab_group: LabGroup, images: list[Any]) -> None:
    group = {"resource_group": lab_group.name}
    assert names(tasks(image_info, **group)) == ["db", "web-9", "web-10"]
    assert names(tasks(image_info, **group, tags=["role:web"], limit=1)) == ["web-9"]
    assert names(tasks(image_info, **group, name="DB")) == ["db"]
    assert {"db", "web-9", "web-10"} <= set(names(tasks(image_info)))


def test_an_image_has_all_documented_keys(tasks: LabTasks, lab_group: LabGroup, images: list[Any]) -> None:
    (image,) = tasks(image_info, name="web-9", resource_group=lab_group.name, check=True)["images"]
    known = {key: value for key, value in image.items() if value is not None or key == "source"}
    assert known == {
        "origin": "managed",
        "reference": lab_group.id("images", "web-9"),
        "reference_dict": {"name": "web-9", "resource_group": lab_group.name},
        "subscription_id": lab_group.lab.settings.subscription,
        "architecture": "x64",
        "security_type": "Standard",
        "os_disk_size_gib": 1,
        "data_disk_luns": [],
        "id": lab_group.id("images", "web-9"),
        "name": "web-9",
        "resource_group": lab_group.name,
        "location": "westeurope",
        "provisioning_state": "Succeeded",
        "source": None,
        "os_type": "Linux",
        "os_state": "Generalized",
        "hyper_v_generation": "V1",
        "os_disk": {
            "source": lab_group.id("disks", "os"),
            **{key: image["os_disk"][key] for key in ("size_gib", "caching", "storage_account_type", "disk_encryption_set")},
        },
        "data_disks": [],
        "zone_resilient": False,
        "tags": {"Role": "web"},
    }
    assert image["os_disk"]["size_gib"] == 1


def test_a_missing_image_or_group_gives_an_empty_list(tasks: LabTasks, lab_group: LabGroup) -> None:
    assert tasks(image_info, resource_group=lab_group.name)["images"] == []
    assert tasks.warnings == []
    for options in ({}, {"name": "x"}):
        assert tasks(image_info, resource_group="no-such-group", **options)["images"] == []
        subscription = lab_group.lab.settings.subscription
        assert tasks.warnings == [f"The list is empty: resource group no-such-group was not found in subscription {subscription}."]


def test_reading_writes_nothing(tasks: LabTasks, images: list[Any]) -> None:
    with tasks.writes() as writes:
        assert tasks(image_info)["changed"] is False
    assert writes == []


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({"AZURE_SECRET": "wrong"}, r"signing in failed: check secret \(AZURE_SECRET or AZURE_CLIENT_SECRET\)\. "),
        ({"AZURE_ADFS_AUTHORITY_URL": "https://127.0.0.1:9"}, "^nothing answers at https://127.0.0.1:9: .* adfs_authority_url"),
        (
            {"AZURE_TENANT": "", "AZURE_TENANT_ID": ""},
            r"cannot sign in with client_id and secret alone: set AZURE_TENANT \(option tenant\)\.",
        ),
        (
            {"AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000000"},
            r"could not list the images .*\(SubscriptionNotFound\) .* Check subscription_id or AZURE_SUBSCRIPTION_ID",
        ),
        ({"AZURE_SECRET": "", "AZURE_CLIENT_SECRET": ""}, "cannot sign in with client_id and tenant alone: set AZURE_SECRET "),
        ({"AZURE_CLOUD_ENVIRONMENT": "https://127.0.0.1:9"}, "^nothing answers at https://127.0.0.1:9: .* azlab up"),
        ({"AZURE_CERT_VALIDATION_MODE": "ignore"}, "REQUESTS_CA_BUNDLE"),
        ({"AZURE_CLOUD_ENVIRONMENT": "AzureMoon"}, "neither one of AzureCloud"),
    ],
    ids=[
        "wrong secret",
        "no sign-in service",
        "no tenant",
        "unknown subscription",
        "no secret",
        "no cloud",
        "no validation",
        "unknown cloud",
    ],
)
def test_a_failed_connection_names_the_cause(
    tasks: LabTasks, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], text: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    message = tasks.fails(image_info)["msg"]
    assert re.search(text, message), message


def test_the_subscription_may_be_omitted_if_there_is_only_one(tasks: LabTasks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "")
    assert "images" in tasks(image_info)


def test_a_throttled_request_is_repeated(lab: RunningLab, tasks: LabTasks, lab_group: LabGroup) -> None:
    with lab.fault(plane="arm", method="GET", path="/images", times=2, status=429, retry_after=1):
        assert tasks(image_info, resource_group=lab_group.name)["images"] == []


PAGE = "<html><head><title>Service\nunavailable</title></head><body>Try later.</body></html>"


def test_the_page_of_a_gateway_is_repeated_and_named_if_it_lasts(lab: RunningLab, tasks: LabTasks, lab_group: LabGroup) -> None:
    with lab.fault(plane="arm", method="GET", path="/images", times=2, status=503, html=PAGE):
        assert tasks(image_info, resource_group=lab_group.name)["images"] == []
    with lab.fault(plane="arm", method="GET", path="/images", status=403, html=PAGE):
        failed = tasks.fails(image_info, resource_group=lab_group.name)
    assert re.search(r"GET /\S+/images was answered 403 Forbidden with the page 'Service unavailable'", failed["msg"])


def test_ansible_runs_the_module_from_the_checkout(lab: RunningLab, lab_group: LabGroup, images: list[Any]) -> None:
    """The module gets only the files that Ansible packs with it."""
    ansible = [str(Path(sys.executable).with_name("ansible")), "localhost", "-m", "goldenimage.azure.image_info"]
    run = subprocess.run([*ansible, "-a", f"resource_group={lab_group.name}"], cwd=CHECKOUT, env=lab.env, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert [image["name"] for image in json.loads(run.stdout.partition("=>")[2])["images"]] == ["db", "web-9", "web-10"]
