# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache of the catalogue: what is read again, damaged and foreign files, folders of others, and many writers."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import subprocess
import sys
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import Chosen
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import format_time
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.catalogue import folder as folder_module
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.catalogue.cache import (
    DEFAULT_PATH,
    Cache,
    CacheSettings,
    Items,
    NoCache,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.catalogue.place import Place

from tests.support.canned_catalogue import EVERYTHING, REGION, CatalogueAzure
from tests.support.clock import Clock
from tests.support.tree import ROOT

KEY = ("azurecloud", "t", "s", REGION, "2024-07-01")
TREE = {"debian": {"debian-12": {"12": ["0.1.9", "0.1.10"], "12-gen2": ["0.1.10"]}}, "sql": {"sql2022": {"web": ["16.0.1"]}}, "gone": None}
VERSIONS: Items = (
    ("1.0.0", {"a": 1, "list": [{"b": None}]}),
    ("1.0.1", {"a": 1, "list": [{"b": None}]}),
    ("1.0.2", {"a": 2}),
    ("1.0.3", {}),
)
"""Two have the same properties, and one has none."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "catalogue"


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.json"))


def only(publisher: str) -> Chosen:
    return Chosen(lambda name: name == publisher, lambda _publisher, _offer: True, lambda sku: True)


def read(folder: Path, chosen: Chosen = EVERYTHING, tree: Any = None, **options: Any) -> tuple[list[str], list[str], bool]:
    """The URNs that a task finds, the requests it sends for that, and whether it used the cache."""
    azure = CatalogueAzure(TREE if tree is None else tree, folder=folder, **options)
    walk = azure.marketplace.walk(REGION, chosen)
    assert walk.warnings == ()
    return [each.urn for each in walk.versions], sorted(azure.adapter.paths), walk.cached


def test_a_second_walk_sends_nothing_and_finds_the_same(folder: Path) -> None:
    first, paths, cached = read(folder)
    assert (len(paths), cached) == (1 + 3 + 2 + 3, False)
    assert read(folder) == (first, [], True)


def test_a_walk_says_when_the_oldest_list_from_the_cache_was_read(folder: Path) -> None:
    first = CatalogueAzure(TREE, folder=folder).marketplace.walk(REGION, only("debian"))
    (names,) = folder.rglob("names.json")
    content = json.loads(names.read_text())
    moment = time.time() - 3600
    content["lists"]["debian//"][0] = moment
    names.write_text(json.dumps(content))
    second = CatalogueAzure(TREE, folder=folder).marketplace.walk(REGION, EVERYTHING)
    assert (first.read_at, second.read_at) == (None, format_time(datetime.fromtimestamp(moment, timezone.utc)))


def test_a_writer_that_was_stopped_does_not_stop_the_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "LOCK_SECONDS", 0.2)
    read(folder, only("debian"))
    (lock,) = folder.rglob(".lock")
    with open(lock, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        walk = threading.Thread(target=read, args=(folder,), daemon=True)
        walk.start()
        walk.join(timeout=20)
        assert not walk.is_alive()
    assert read(folder)[1] == []


def test_properties_come_back_unchanged(folder: Path) -> None:
    live = CatalogueAzure(TREE, folder=folder).marketplace.walk(REGION, EVERYTHING)
    assert CatalogueAzure(TREE, folder=folder).marketplace.walk(REGION, EVERYTHING).versions == live.versions


def test_a_wider_walk_uses_what_a_narrower_one_has_read(folder: Path) -> None:
    read(folder, only("debian"))
    _found, paths, cached = read(folder)
    assert cached
    assert not [path for path in paths if path == "publishers" or "debian" in path]
    assert len(paths) == 2 + 1 + 1


def test_publishers_are_kept_too(folder: Path) -> None:
    assert CatalogueAzure(TREE, folder=folder).marketplace.publishers(REGION) == ("debian", "sql", "gone")
    again = CatalogueAzure(TREE, folder=folder)
    assert again.marketplace.publishers(REGION) == ("debian", "sql", "gone")
    assert again.adapter.paths == []


@pytest.mark.parametrize("other", [{"tenant": "u"}, {"subscription_id": "11111111-0000-0000-0000-000000000000"}])
def test_another_account_reads_for_itself(folder: Path, other: dict[str, str]) -> None:
    read(folder)
    assert len(read(folder, **other)[1]) == 9


@pytest.mark.parametrize("part", range(len(KEY)))
def test_every_part_of_the_key_has_its_own_lists(folder: Path, part: int) -> None:
    other = tuple("x" if number == part else each for number, each in enumerate(KEY))
    cache = Cache(CacheSettings(str(folder)), KEY)
    cache.keep(Place("p", "o", "s"), VERSIONS)
    cache.save()
    assert Cache(CacheSettings(str(folder)), KEY).get(Place("p", "o", "s")) == VERSIONS
    assert Cache(CacheSettings(str(folder)), other).get(Place("p", "o", "s")) is None


def test_without_a_cache_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    CatalogueAzure(TREE).marketplace.walk(REGION, EVERYTHING)
    assert list(tmp_path.iterdir()) == []
    NoCache().save()


@pytest.mark.parametrize(
    ("params", "settings"),
    [
        ({}, None),
        ({"cache": False, "cache_path": "/x"}, None),
        ({"cache": True}, CacheSettings(DEFAULT_PATH, 24)),
        ({"cache": True, "cache_path": "", "cache_max_age": None}, CacheSettings(DEFAULT_PATH, 24)),
        ({"cache": True, "cache_path": "/x", "cache_max_age": 0}, CacheSettings("/x", 0)),
    ],
)
def test_the_options_of_a_module_are_its_settings(params: dict[str, Any], settings: CacheSettings | None) -> None:
    assert CacheSettings.of(params) == settings


@pytest.mark.parametrize(
    ("hours", "passed", "kept"), [(24, 23.9, True), (24, 24.1, False), (0, 0, False), (24, -1, False), (24, -0.001, False)]
)
def test_a_list_expires_also_if_the_clock_went_back(folder: Path, hours: float, passed: float, kept: bool) -> None:
    clock = Clock(now=1_000_000.0)
    cache = Cache(CacheSettings(str(folder), hours), KEY, clock)
    cache.keep(Place("p", "o", "s"), VERSIONS)
    cache.save()
    clock.now += passed * 3600
    assert (Cache(CacheSettings(str(folder), hours), KEY, clock).get(Place("p", "o", "s")) is not None) == kept


def test_each_list_has_its_own_age(folder: Path) -> None:
    clock = Clock(now=1_000_000.0)
    settings = CacheSettings(str(folder), 24)
    for publisher in ("old", "new"):
        cache = Cache(settings, KEY, clock)
        cache.keep(Place(publisher), (("o", {}),))
        cache.save()
        clock.now += 13 * 3600
    cache = Cache(settings, KEY, clock)
    assert cache.get(Place("old")) is None
    assert cache.get(Place("new")) == (("o", {}),)


def test_files_and_folders_are_private_whatever_the_umask(folder: Path) -> None:
    former = os.umask(0)
    try:
        read(folder)
    finally:
        os.umask(former)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(folder)} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, *(path.parent for path in files(folder)))} == {0o700}


DAMAGE = [b"", b"{", b"null", b"[]", b"7", b"\xff\xfe", b"[" * 100_000, b'{"form": 1}']
WRONG = [
    {"lists": None},
    {"lists": []},
    {"properties": {}},
    {"lists": {"": 7}},
    {"lists": {"": [1, 2]}},
    {"lists": {"": ["now", ["debian"], []]}},
    {"lists": {"": [1e18, ["debian"], []]}},
    {"lists": {"": [{}, [7], []]}},
    {"form": 99},
    {"of": ["someone", "else"]},
]


@pytest.mark.parametrize("content", DAMAGE, ids=range(len(DAMAGE)))
def test_damaged_files_are_ignored_and_replaced(folder: Path, content: bytes) -> None:
    first, paths, _cached = read(folder)
    for path in files(folder):
        path.write_bytes(content)
    assert read(folder) == (first, paths, False)
    assert read(folder) == (first, [], True)


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_files_of_a_wrong_type_are_ignored_and_replaced(folder: Path, wrong: dict[str, Any]) -> None:
    first, paths, _cached = read(folder)
    names = next(path for path in files(folder) if path.name == "names.json")
    names.write_text(json.dumps({**json.loads(names.read_text()), **wrong}))
    found, again, _cached = read(folder)
    assert found == first
    assert "publishers" in again
    assert read(folder) == (first, [], True)


def test_truncated_files_are_ignored_at_every_length(folder: Path) -> None:
    cache = Cache(CacheSettings(str(folder)), KEY)
    cache.keep(Place("p", "o", "s"), VERSIONS)
    cache.save()
    (path,) = files(folder)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert Cache(CacheSettings(str(folder)), KEY).get(Place("p", "o", "s")) is None


@pytest.mark.parametrize("number", [-1, 3, "0", None, 0.5])
def test_a_version_without_its_properties_is_not_used(folder: Path, number: Any) -> None:
    cache = Cache(CacheSettings(str(folder)), KEY)
    cache.keep(Place("p", "o", "s"), VERSIONS)
    cache.save()
    (path,) = files(folder)
    content = json.loads(path.read_text())
    content["lists"]["p/o/s"][2][0] = number
    path.write_text(json.dumps(content))
    assert Cache(CacheSettings(str(folder)), KEY).get(Place("p", "o", "s")) is None


def test_a_link_to_a_file_elsewhere_is_not_followed(folder: Path, tmp_path: Path) -> None:
    read(folder)
    names = next(path for path in files(folder) if path.name == "names.json")
    names.rename(tmp_path / "elsewhere.json")
    names.symlink_to(tmp_path / "elsewhere.json")
    assert "publishers" in read(folder)[1]
    assert not names.is_symlink()


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o1777])
def test_a_folder_that_others_can_write_is_not_used(folder: Path, mode: int) -> None:
    read(folder)
    folder.chmod(mode)
    azure = CatalogueAzure(TREE, folder=folder)
    walk = azure.marketplace.walk(REGION, EVERYTHING)
    assert len(azure.adapter.paths) == 9
    assert walk.warnings == (
        f"the catalogue is not cached in {folder}, because other users can write to it. Run chmod 700 {folder}, or set another cache_path.",
    )


def test_a_folder_of_another_user_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(folder)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    azure = CatalogueAzure(TREE, folder=folder)
    (warning,) = azure.marketplace.walk(REGION, EVERYTHING).warnings
    assert "because the folder belongs to another user" in warning
    assert len(azure.adapter.paths) == 9


def test_a_path_that_is_a_file_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    azure = CatalogueAzure(TREE, folder=tmp_path / "file")
    walk = azure.marketplace.walk(REGION, EVERYTHING)
    assert len(walk.versions) == 4
    assert walk.warnings == (
        f"the catalogue is not cached in {tmp_path / 'file'}: File exists. Set cache_path to a folder that can be written.",
    )


def test_a_full_disk_is_a_warning_and_leaves_no_rest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_names: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    walk = CatalogueAzure(TREE, folder=folder).marketplace.walk(REGION, EVERYTHING)
    assert len(walk.versions) == 4
    assert [warning.rpartition(": ")[2] for warning in walk.warnings] == ["No space left on device."]
    assert list(folder.rglob(".new-*")) == []


def test_files_of_killed_writers_are_deleted_after_an_hour(folder: Path) -> None:
    read(folder, only("debian"))
    place = files(folder)[0].parent
    for name, age in ((".new-dead", 7200), (".new-alive", 5)):
        (place / name).write_text("{")
        moment = (place / name).stat().st_mtime - age
        os.utime(place / name, (moment, moment))
    read(folder)
    assert [path.name for path in place.glob(".new-*")] == [".new-alive"]


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.catalogue.cache import Cache, CacheSettings
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.catalogue.place import Place
number = sys.argv[3]
for turn in range(5):
    cache = Cache(CacheSettings(sys.argv[2]), ("c", "t", "s", "r", "v"))
    cache.keep(Place(f"p{number}-{turn}"), (("o", {}),) * 200)
    cache.keep(Place("shared", "o", f"s{number}-{turn}"), (("1.0.0", {"writer": number}),))
    cache.save()
    assert not cache.flaw, cache.flaw
"""


def test_twenty_processes_write_at_once_and_nothing_is_lost(folder: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(ROOT / "build" / "collections"), str(folder)]
    writers = [subprocess.Popen([*command, str(number)], stderr=subprocess.PIPE, text=True) for number in range(20)]
    assert [(writer.communicate(timeout=120)[1], writer.returncode) for writer in writers] == [("", 0)] * 20
    cache = Cache(CacheSettings(str(folder)), ("c", "t", "s", "r", "v"))
    for number in range(20):
        for turn in range(5):
            assert cache.get(Place(f"p{number}-{turn}")) == (("o", {}),) * 200
            assert cache.get(Place("shared", "o", f"s{number}-{turn}")) == (("1.0.0", {"writer": str(number)}),)


SEARCH = """
import sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.azure import connect
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import Chosen
options = {"client_id": "c", "secret": "x", "tenant": "t", "subscription_id": sys.argv[3], "cache": True, "cache_path": sys.argv[2]}
walk = connect(options).marketplace.walk("westeurope", Chosen(lambda p: True, lambda p, o: True, lambda s: True))
loaded = {name.split(".")[0] for name in sys.modules} & {"azure", "requests", "urllib3", "msal", "sqlite3"}
print(len(walk.versions), walk.cached, sorted(loaded))
"""


def test_an_answer_from_the_cache_loads_no_library_of_azure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    azure = CatalogueAzure(TREE, folder=folder)
    azure.marketplace.walk(REGION, EVERYTHING)
    command = [sys.executable, "-c", SEARCH, str(ROOT / "build" / "collections"), str(folder), azure.azure.subscription]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "4 True []\n"
