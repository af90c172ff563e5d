# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook list_images against the lab: a table on the screen, and files for spreadsheets and programs."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.ansible_runs import command, environment
from tests.support.bodies import image_of_disk
from tests.support.gallery_versions import LabVersions, of_disk
from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab, done

NOTE = '=1+1, "quoted"\nÄ'


@pytest.fixture
def version(lab_group: LabGroup) -> str:
    """The id of a version in a gallery, in addition to a managed image."""
    disk = lab_group.os_disk().id
    done(lab_group.compute.images.begin_create_or_update(lab_group.name, "web-1", image_of_disk(disk)))
    gallery = LabVersions(lab_group.lab, lab_group.name, "hub")
    gallery.made()
    image = gallery.image("web", description=NOTE)
    gallery.create(image, of_disk(disk))
    return f"{image}/versions/1.0.0"


class Lists:
    """Runs the playbook over the images of a resource group."""

    def __init__(self, lab: RunningLab, group: str, folder: Path) -> None:
        self.lab, self.group, self.folder = lab, group, folder

    def __call__(self, *options: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        given = json.dumps({"azure_resource_group": self.group, **variables})
        arguments = command("ansible-playbook", "goldenimage.azure.list_images", "-i", "localhost,", "-e", given, *options)
        where = {**environment(self.lab, self.folder), "ANSIBLE_NOCOLOR": "1", "COLUMNS": "500", "PWD": str(self.folder)}
        return subprocess.run(arguments, cwd=self.folder, env=where, capture_output=True, text=True, check=False)


@pytest.fixture
def lists(lab: RunningLab, group: str, tmp_path: Path) -> Lists:
    return Lists(lab, group, tmp_path)


def test_managed_images_and_those_of_other_sources_have_tables(lists: Lists, version: str) -> None:
    assert re.search(r'"web-1 +\S+ +westeurope +Linux +V1 +1 +Succeeded"', lists().stdout)
    first = lists(image_sources=["managed", "gallery"], image_limit=1)
    assert version not in first.stdout
    assert '"There are more images: narrow the list, or raise image_limit."' in first.stdout
    both = lists(image_sources="managed,gallery", image_publisher="")
    assert re.search(rf'"gallery +Linux +V1 +x64 +Standard +20\d\d-\d\d-\d\d +{version}"', both.stdout), both.stdout + both.stderr
    skipping = lists(image_sources="managed,gallery", image_publisher="p")
    assert "No managed images, because these do not know publisher." in skipping.stdout


def test_files_hold_the_images(lists: Lists, version: str) -> None:
    options = {"image_sources": ["managed", "gallery"], "image_location": "westeurope"}
    table = lists(**options, path="found.txt")
    assert table.returncode == 0, table.stdout
    assert (lists.folder / "found.txt").read_text().splitlines()[0].startswith("SOURCE ")
    assert lists(**options, path="found.json").returncode == 0
    found = json.loads((lists.folder / "found.json").read_text())
    assert set(found) == {"images", "truncated", "complete", "missing", "catalogue_read_at", "skipped_sources"}
    assert [each["reference"] for each in found["images"]][1] == version
    assert lists(**options, path="found.CSV").returncode == 0
    file = lists.folder / "found.CSV"
    with file.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text, strict=True))
    assert [row["reference"] for row in rows] == [each["reference"] for each in found["images"]]
    assert (rows[1]["description"], rows[1]["latest"], rows[0]["gallery"]) == (f"'{NOTE}", "true", "")
    assert json.loads(rows[1]["regions"]) == ["westeurope"]
    assert file.stat().st_mode & 0o777 == 0o644


def test_another_ending_is_refused_before_azure_is_asked(lists: Lists) -> None:
    traffic = lists.lab.traffic()
    refused = lists(path="found.xlsx")
    assert (refused.returncode, list(traffic.arrived("arm"))) == (2, [])
    assert "path: the name of the file must end with .csv, .json or .txt, but is found.xlsx." in refused.stdout


@pytest.mark.parametrize("options", [[], ["--check"]], ids=["run", "check mode"])
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none/found.csv", "path: the folder {folder}/none does not exist on the controller: create it, or name another path."),
        ("folder.csv", "path: {folder}/folder.csv is a folder: name a file."),
    ],
)
def test_a_place_that_cannot_hold_the_file_is_refused_before_azure_is_asked(
    lists: Lists, options: list[str], path: str, message: str
) -> None:
    (lists.folder / "folder.csv").mkdir()
    traffic = lists.lab.traffic()
    refused = lists(*options, path=path)
    assert (refused.returncode, list(traffic.arrived("arm"))) == (2, [])
    assert message.format(folder=lists.folder) in refused.stdout
