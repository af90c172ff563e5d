# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin that waits for Sysprep, with a module and a connection that are functions, and a clock that runs by itself."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail, AnsibleAuthenticationFailure, AnsibleConnectionFailure, AnsibleError
from ansible_collections.goldenimage.azure.plugins.action import windows_sysprep_wait as plugin
from ansible_collections.goldenimage.azure.plugins.action.windows_sysprep_wait import ARGUMENTS, NoAnswer, bounded, first_line
from ansible_collections.goldenimage.azure.plugins.modules import windows_sysprep_wait as documentation

from tests.support.windows.readings import COMPLETE, GOOD_RUN, RESEALED, UNDEPLOYABLE, answer, ended, success

OPTIONS = {"script": "$Ansible.Result = 'state'", "started": "2026-11-28T10:00:00Z"}
TEMPORARY = r"C:\Temp\ansible-tmp-1"
Step = dict[str, Any] | BaseException


class Machine:
    """A machine that answers with the steps, the last one for ever. ``calls`` are the calls of its connection and of the module."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.shown: list[tuple[str, bool]] = []
        self.asked: list[dict[str, Any]] = []
        self.removed: list[str] = []
        self.now = 1000.0
        self.resetting: list[BaseException] = []
        self.closing: list[BaseException] = []
        self.shell = SimpleNamespace(tmpdir=None)
        self._patch = monkeypatch.setattr
        self._patch(plugin.display, "display", lambda line, stderr=False: self.shown.append((line, stderr)))
        self._patch(plugin, "time", SimpleNamespace(monotonic=lambda: self.now, sleep=self.sleep))

    def sleep(self, seconds: float) -> None:
        self.calls.append(f"sleep {seconds}")
        self.now += seconds

    def _called(self, name: str, failures: list[BaseException]) -> None:
        self.calls.append(name)
        if failures:
            raise failures.pop(0)

    def wait(self, *steps: Step | dict[str, Any], no_log: bool = False, **options: Any) -> dict[str, Any]:
        """The result of the task."""
        self.connection = SimpleNamespace(
            _shell=self.shell, close=lambda: self._called("close", self.closing), reset=lambda: self._called("reset", self.resetting)
        )
        task = SimpleNamespace(
            args={**OPTIONS, **options},
            no_log=no_log,
            check_mode=False,
            async_val=0,
            action="goldenimage.azure.windows_sysprep_wait",
            diff=False,
        )
        waiting = plugin.ActionModule(task, self.connection, SimpleNamespace(), None, None, None)
        waiting._load_name = "windows_sysprep_wait"  # the loader of ansible-core sets it
        left = list(steps)

        def execute(module_name: str, module_args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
            self.calls.append("ask")
            self.asked.append(module_args)
            assert module_name == "ansible.windows.win_powershell"
            self.shell.tmpdir = TEMPORARY
            step = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(step, BaseException):
                raise step
            return dict(step)

        self._patch(waiting, "_execute_module", execute)
        self._patch(waiting, "_remove_tmp_path", self.removed.append)
        result: dict[str, Any] = waiting.run(None, {"inventory_hostname": "win"})
        return result


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def said(result: dict[str, Any]) -> dict[str, Any]:
    """An answer of win_powershell."""
    return {"changed": True, "result": result, "output": [], "error": []}


RUN = [said(each) for each in GOOD_RUN]


def test_a_good_run_is_generalized(machine: Machine) -> None:
    result = machine.wait(*RUN)
    assert (result["verdict"], result["image_state"], result["exit_code"], result["seconds"]) == ("generalized", RESEALED, 0, 60)
    assert result["changed"] is False
    assert not result.get("failed")
    assert machine.calls == ["ask", *["sleep 10", "ask"] * 6]


def test_the_script_is_run_with_its_parameters_and_everything_it_returns(machine: Machine) -> None:
    machine.wait(said(success(300)), parameters={"Folder": "C:\\x"})
    assert machine.asked == [{"script": OPTIONS["script"], "parameters": {"Folder": "C:\\x"}, "depth": 5}]


def test_each_new_state_is_a_line_on_standard_error(machine: Machine) -> None:
    machine.wait(*RUN[:1], AnsibleConnectionFailure("gone\nsecond line"), AnsibleConnectionFailure("still gone"), *RUN[1:])
    assert machine.shown == [
        (f"[win] Sysprep: {line}", True)
        for line in (
            f"Sysprep runs, image state {COMPLETE}",
            "the machine cannot be read, trying again: gone",
            f"Sysprep runs, image state {UNDEPLOYABLE}",
            "Sysprep runs, image state IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE",
            f"Sysprep runs, image state {RESEALED}",
            f"Sysprep ended with exit code 0, image state {RESEALED}",
        )
    ]


def test_a_task_that_must_not_be_logged_shows_nothing(machine: Machine) -> None:
    assert machine.wait(*RUN, no_log=True)["verdict"] == "generalized"
    assert machine.shown == []


class OfALibrary(Exception):
    """An exception that a connection lets through, of a library that Ansible does not know."""


# The failures that a connection has shown, and answers that are not readings.
FAULTS: dict[str, Step] = {
    "lost": AnsibleConnectionFailure("the connection was lost"),
    "refused": AnsibleAuthenticationFailure("the credentials were refused"),
    "timed out": TimeoutError("timed out"),
    "reset": ConnectionResetError(104, "Connection reset by peer"),
    "the end of a stream": EOFError(),
    "a file that was not transferred": AnsibleError("failed to transfer file to C:\\Temp\\x"),
    "of a library": OfALibrary("bad HTTP response returned from the server: 500"),
    "an answer that is not JSON": {
        "failed": True,
        "msg": "MODULE FAILURE\nSee stdout/stderr for the exact error",
        "module_stdout": "#< CLIXML",
    },
    "an answer without a result": {"changed": False},
    "unreachable": {"unreachable": True, "msg": "Failed to connect"},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("place", range(len(RUN)))
def test_a_fault_at_any_step_is_survived_over_a_new_connection(machine: Machine, place: int, fault: Step) -> None:
    result = machine.wait(*RUN[:place], fault, *RUN[place:])
    assert result["verdict"] == "generalized"
    asks = ["ask", *["sleep 10", "ask"] * len(RUN)]
    position = 2 * place + 1
    assert machine.calls == [*asks[:position], "sleep 10", "close", "reset", *asks[position + 1 :]]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("place", range(len(RUN)))
def test_a_fault_for_good_is_unknown_and_fails_nothing(machine: Machine, place: int, fault: Step) -> None:
    result = machine.wait(*RUN[:place], fault)
    assert result["verdict"] == "unknown"
    assert not result.get("failed")
    assert not result.get("unreachable")
    assert result["seconds"] == 10 * max(place - 1, 0) + 900
    assert first_line(fault if isinstance(fault, Exception) else fault.get("msg") or "the answer is not one") in result["cause"]


GARBAGE: dict[str, dict[str, Any]] = {
    "nothing": said({}),
    "a list": {**said({}), "result": [1]},
    "text": {**said({}), "result": "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"},
    "null": {**said({}), "result": None},
    "a failed script": {**said({}), "failed": True, "msg": "Access is denied."},
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("place", range(len(RUN)))
def test_garbage_is_not_a_reading_and_the_connection_is_kept(machine: Machine, place: int, garbage: dict[str, Any]) -> None:
    assert machine.wait(*RUN[:place], garbage, *RUN[place:])["verdict"] == "generalized"
    assert "reset" not in machine.calls


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_for_good_is_unknown(machine: Machine, garbage: dict[str, Any]) -> None:
    assert machine.wait(RUN[0], garbage)["verdict"] == "unknown"


def test_a_connection_is_reset_until_it_comes_back(machine: Machine) -> None:
    machine.closing = [OSError("not connected")] * 3
    machine.resetting = [AnsibleError("no"), OfALibrary("not yet")]
    assert machine.wait(RUN[0], AnsibleConnectionFailure("gone"), RUN[-1])["verdict"] == "generalized"
    again = ["sleep 10", "close", "reset"]
    assert machine.calls == ["ask", "sleep 10", "ask", *again, *again, *again, "ask"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_ends_the_wait_at_once(machine: Machine, stop: type[BaseException]) -> None:
    with pytest.raises(stop):
        machine.wait(RUN[0], stop(), RUN[-1])
    assert machine.calls == ["ask", "sleep 10", "ask"]
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_each_lost_reading_leaves_its_folder_behind_until_the_end(machine: Machine) -> None:
    """Sysprep and a restart remove temporary folders; a reading in a folder that is gone would fail again and again."""
    machine.wait(RUN[0], AnsibleConnectionFailure("gone"), RUN[-1])
    assert machine.removed == [TEMPORARY]
    assert machine.shell.tmpdir is None


def test_no_folder_is_removed_over_a_lost_connection(machine: Machine) -> None:
    assert machine.wait(RUN[0], AnsibleConnectionFailure("gone"))["verdict"] == "unknown"
    assert machine.removed == []
    assert machine.shell.tmpdir is None  # Ansible would try to remove it afterwards, and call the machine unreachable


def test_verdicts_fail_nothing(machine: Machine) -> None:
    for state, expected in ((COMPLETE, "refused"), (UNDEPLOYABLE, "broken"), (None, "unproven")):
        result = machine.wait(said(ended(300, state)))
        assert (result["verdict"], result.get("failed")) == (expected, None)
    assert machine.wait(said(answer(10)))["verdict"] == "stalled"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"started": "yesterday"}, "started must be a time such as 2026-11-28T10:00:00Z, not 'yesterday'."),
        ({"timeout": 0}, "timeout must be at least 1 second, not 0."),
        ({"stall_timeout": -1}, "stall_timeout must be at least 1 second, not -1."),
        ({"lost_timeout": 0}, "lost_timeout must be at least 1 second, not 0."),
        ({"poll": 0}, "poll must be at least 1 second, not 0."),
        ({"poll": "often"}, "poll"),
        ({"script": None}, "script"),
        ({"script": " \n"}, "script must be the text of the script that reads the state, and is empty."),
        ({"misspelt": 1}, "misspelt"),
    ],
    ids=str,
)
def test_bad_options_are_refused_before_anything_is_asked(machine: Machine, options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleActionFail, match=message):
        machine.wait(RUN[-1], **options)
    assert machine.calls == []


def test_limits_are_options(machine: Machine) -> None:
    still = said(answer(10))
    assert machine.wait(still, stall_timeout=30)["seconds"] == 30
    assert machine.wait(still, timeout=20, poll=5)["seconds"] == 20
    assert machine.wait(AnsibleConnectionFailure("gone"), lost_timeout=40)["seconds"] == 40


def test_the_documented_options_are_those_of_the_plugin() -> None:
    documented = yaml.safe_load(documentation.DOCUMENTATION)["options"]
    facts = ("type", "required", "default")
    assert {name: {key: option[key] for key in facts if key in option} for name, option in documented.items()} == ARGUMENTS


def test_the_documented_results_are_those_of_the_plugin(machine: Machine) -> None:
    documented, result = yaml.safe_load(documentation.RETURN), machine.wait(*RUN)
    assert documented.keys() == result.keys() - {"changed"}
    assert documented["readings"]["sample"][0].keys() == result["readings"][0].keys()


def forever() -> None:
    threading.Event().wait()


def swallowing() -> None:
    """A library that takes every exception for one of its own, and tries again once."""
    for _attempt in range(2):
        try:
            forever()
        except Exception as error:
            last = error
    raise OfALibrary(f"gave up: {last}")


@pytest.mark.parametrize(("hanging", "error"), [(forever, NoAnswer), (swallowing, OfALibrary)])
def test_a_reading_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, hanging: Callable[[], None], error: type[Exception]) -> None:
    monkeypatch.setattr(plugin, "AGAIN", 0.05)
    with pytest.raises(error, match="no answer within 0 s"), bounded(0.05):
        hanging()
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


class OfTheTask(BaseException):
    """The timeout of a task, which Ansible raises."""


@pytest.mark.parametrize("seconds", [0.05, 30])
def test_the_timeout_of_the_task_stays(seconds: float) -> None:
    """If it comes first it ends the reading, and otherwise it comes when it would have come."""

    def interrupt(*_arguments: object) -> None:
        raise OfTheTask

    former = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        began = time.monotonic()
        with pytest.raises(OfTheTask):
            while True:
                try:
                    with bounded(seconds):
                        forever()
                except NoAnswer:
                    continue
        assert 0.15 <= time.monotonic() - began < 2
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def test_a_thread_that_cannot_be_interrupted_waits() -> None:
    seen: list[str] = []

    def work() -> None:
        with bounded(0.001):
            time.sleep(0.05)
        seen.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == ["done"]
