# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of image_upload, with a module that is a function."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.action import image_upload
from ansible_collections.goldenimage.azure.plugins.module_utils._ansible.progress import progress_listener
from ansible_collections.goldenimage.azure.plugins.module_utils._core.progress import VARIABLE

RESULT = {"changed": True, "bytes_sent": 1024}
ENVIRONMENT = [{"http_proxy": "p"}]


class PluginRunner:
    """Runs the action plugin. ``seen`` is the environment in which the module ran, ``shown`` what was displayed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.shown: list[tuple[str, bool]] = []
        self.seen: dict[str, str] = {}
        self.asynchronous: list[bool] = []
        self._patch = monkeypatch.setattr
        self._patch(image_upload.constants, "DEFAULT_LOCAL_TMP", str(folder))
        self._patch(image_upload.display, "display", lambda line, stderr=False: self.shown.append((line, stderr)))

    def __call__(
        self,
        transport: str = "local",
        sent: tuple[int, ...] = (512, 1024),
        fail: bool = False,
        states: tuple[str, ...] = (),
        walked: tuple[int, ...] = (),
        **task: Any,
    ) -> dict[str, Any]:
        shell = SimpleNamespace(tmpdir=None)
        connection = SimpleNamespace(transport=transport, has_native_async=False, _shell=shell, become=None)
        values = {"check_mode": False, "async_val": 0, "no_log": False, "args": {"name": "debian"}, "environment": ENVIRONMENT}
        values["action"] = "goldenimage.azure.image_upload"
        self.task = SimpleNamespace(**{**values, **task}, diff=False, collections=[], delegate_to=None)
        plugin = image_upload.ActionModule(self.task, connection, SimpleNamespace(), None, None, None)

        def execute(task_vars: Any, wrap_async: Any) -> dict[str, Any]:
            self.asynchronous.append(bool(wrap_async))
            for each in self.task.environment or ():
                self.seen.update(each or {})
            listener = progress_listener(True, self.seen)
            for count in sent:
                listener.moved(count, 1024, 5)
            for state in states:
                listener.replicated("westeurope", state, None)
            for done in walked:
                listener.walked(done, 5000)
            getattr(listener, "close", lambda: None)()
            if fail:
                raise RuntimeError("the module broke")
            return dict(RESULT)

        self._patch(plugin, "_execute_module", execute)
        self._patch(plugin, "_remove_tmp_path", lambda path: None)
        result: dict[str, Any] = plugin.run(None, {"inventory_hostname": "here"})
        return result


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PluginRunner:
    return PluginRunner(monkeypatch, tmp_path)


def test_the_last_progress_is_shown_on_standard_error(run: PluginRunner) -> None:
    assert run() == RESULT
    ((line, stderr),) = run.shown
    assert line.startswith("[here] image debian: 100 %, 1.0 KiB of 1.0 KiB sent, 0.0 KiB skipped")
    assert stderr is True
    assert run.seen["http_proxy"] == "p"


def test_the_states_of_replicas_are_shown_after_the_upload(run: PluginRunner) -> None:
    target = {"gallery": "g", "gallery_image": "web"}
    run(sent=(1024,), states=("Replicating", "Completed"), args={"gallery_image_version": target})
    assert [line for line, _stderr in run.shown] == [
        "[here] image web: 100 %, 1.0 KiB of 1.0 KiB sent, 0.0 KiB skipped",
        "[here] image web: replication to westeurope: Replicating",
        "[here] image web: replication to westeurope: Completed",
    ]


@pytest.mark.parametrize("target", ["{{ later }}", None, [], {}])
def test_any_value_of_the_option_is_left_to_the_module(run: PluginRunner, target: Any) -> None:
    assert run(args={"name": "debian", "gallery_image_version": target}) == RESULT


def test_neither_the_pipe_nor_the_environment_is_left(run: PluginRunner) -> None:
    run()
    assert not os.path.exists(run.seen[VARIABLE])
    assert not os.path.exists(os.path.dirname(run.seen[VARIABLE]))
    assert run.task.environment is ENVIRONMENT


def test_a_broken_module_stays_broken_and_its_progress_is_shown(run: PluginRunner) -> None:
    with pytest.raises(RuntimeError, match="the module broke"):
        run(sent=(512,), fail=True)
    assert [line.split(",")[0] for line, _stderr in run.shown] == ["[here] image debian: 50 %"]
    assert not os.path.exists(run.seen[VARIABLE])
    assert run.task.environment is ENVIRONMENT


def test_an_upload_that_sends_nothing_shows_nothing(run: PluginRunner) -> None:
    assert run(sent=()) == RESULT
    assert run.shown == []


@pytest.mark.parametrize("environment", [None, {}, {"a": "b"}, [None, {"a": "b"}]])
def test_any_form_of_the_environment_is_kept(run: PluginRunner, environment: Any) -> None:
    assert run(environment=environment) == RESULT
    assert len(run.shown) == 1
    assert run.task.environment is environment


@pytest.mark.parametrize("case", [
    {"transport": "ssh"}, {"check_mode": True}, {"async_val": 60}, {"no_log": True},
    {"args": {"progress": False}}, {"args": {"progress": "no"}},
], ids=str)  # fmt: skip
def test_there_are_no_lines_if_no_pipe_reaches_the_module_or_none_are_wanted(run: PluginRunner, case: dict[str, Any]) -> None:
    assert run(**case) == RESULT
    assert run.shown == []
    assert VARIABLE not in run.seen
    assert run.asynchronous == [bool(case.get("async_val"))]


@pytest.mark.parametrize("progress", [True, "yes", None])
def test_lines_are_shown_by_default_and_on_request(run: PluginRunner, progress: Any) -> None:
    run(args={"name": "debian", "progress": progress})
    assert len(run.shown) == 1


def test_a_thread_that_cannot_be_started_does_not_stop_the_upload(run: PluginRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert run() == RESULT
    assert run.shown == []
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_pipe_that_cannot_be_made_does_not_stop_the_upload(run: PluginRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_upload.constants, "DEFAULT_LOCAL_TMP", "/nowhere")
    assert run() == RESULT
    assert run.shown == []
    assert VARIABLE not in run.seen


@pytest.mark.parametrize(
    "options", [{"name": "web"}, {"gallery": "hub", "gallery_image": "web"}, {"gallery_image_version": {"gallery_image": "web"}}]
)
def test_lines_name_the_image_or_the_image_definition(options: dict[str, Any]) -> None:
    assert image_upload.titled(options) == "image web"


LISTING = {
    "action": "goldenimage.azure.image_info",
    "sent": (),
    "args": {"sources": "marketplace", "location": "westeurope", "name": "web"},
}


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_long_walk_is_shown_with_its_region_also_in_check_mode(
    run: PluginRunner, monkeypatch: pytest.MonkeyPatch, check_mode: bool
) -> None:
    monkeypatch.setattr("ansible_collections.goldenimage.azure.plugins.module_utils._core.progress.PAUSE", 0.0)
    assert run(**LISTING, walked=(1200,), check_mode=check_mode) == RESULT
    assert [line for line, _stderr in run.shown] == ["[here] catalogue of westeurope: 1200 of 5000 lists read"]


def test_a_short_walk_shows_nothing(run: PluginRunner) -> None:
    run(**LISTING, walked=(1, 2))
    assert run.shown == []


@pytest.mark.parametrize("option", [{"progress": False}, {"progress": "no"}])
def test_the_lines_of_a_walk_can_be_switched_off(run: PluginRunner, option: dict[str, Any]) -> None:
    run(**{**LISTING, "args": option}, walked=(1200,))
    assert VARIABLE not in run.seen


@pytest.mark.parametrize(
    ("options", "title"), [({"location": "West Europe"}, "catalogue of West Europe"), ({}, "catalogue of the Marketplace")]
)
def test_the_lines_of_a_walk_name_the_region(options: dict[str, Any], title: str) -> None:
    assert image_upload.titled(options, "goldenimage.azure.image_info") == title
    assert image_upload.titled(options, "image_info") == title
