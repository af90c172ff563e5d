# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the modules image_upload, gallery_image_version and image_info, and shows their progress if they run on the controller.

``meta/runtime.yml`` names it as the action plugin of the last two.
"""

from __future__ import annotations

import os
import selectors
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Any

from ansible import constants
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.vars import merge_hash

from ..module_utils._core.progress import VARIABLE, Progress, ProgressLines, Replication, Walked

display = Display()


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core has no type information
    """Runs the module as Ansible does without this plugin, with the same result, and adds progress lines on standard error."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        wrap_async = self._task.async_val and not self._connection.has_native_async
        with ExitStack() as stack:
            if self._shows_progress():
                stack.enter_context(self._progress(task_vars or {}))
            result = merge_hash(result, self._execute_module(task_vars=task_vars, wrap_async=wrap_async))
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _shows_progress(self) -> bool:
        """Whether there is progress to show, and a pipe can reach the module. A task with ``no_log`` shows nothing."""
        task = self._task
        if getattr(self._connection, "transport", None) != "local" or task.async_val or task.no_log:
            return False
        if task.check_mode and not lists(task.action):
            return False
        wanted = task.args.get("progress")
        return wanted is None or bool(boolean(wanted, strict=False))

    @contextmanager
    def _progress(self, task_vars: dict[str, Any]) -> Iterator[None]:
        """Tell the module about a pipe, and show what it writes there."""
        before = f"[{task_vars.get('inventory_hostname')}] {titled(self._task.args, self._task.action)}: "
        with shown_pipe(lambda line: display.display(before + line, stderr=True)) as path:
            environment = self._task.environment
            former = environment if isinstance(environment, list) else [environment]
            if path is not None:
                self._task.environment = [*former, {VARIABLE: path}]
            try:
                yield
            finally:
                self._task.environment = environment


def lists(action: str) -> bool:
    """Whether a task only lists images, which it also does in check mode."""
    return action.rpartition(".")[2] == "image_info"


def titled(options: Mapping[str, Any], action: str = "") -> str:
    """The name of the image that a task makes, or of the catalogue that it reads, for the start of its lines.

    The module checks options, so they may be anything here.
    """
    if lists(action):
        return f"catalogue of {options.get('location') or 'the Marketplace'}"
    target = options.get("gallery_image_version", options)
    definition = target.get("gallery_image") if isinstance(target, Mapping) else None
    return f"image {definition or options.get('name')}"


@contextmanager
def shown_pipe(show: Callable[[str], None]) -> Iterator[str | None]:
    """The path of a pipe whose messages are shown as lines until the block ends; None if no pipe can be made."""
    path = None
    with ExitStack() as stack:
        # Without a pipe or a thread, for which the system may have no room, the module runs without lines.
        with suppress(OSError, RuntimeError):
            made, reader = _make_pipe(stack)
            stack.enter_context(_following(reader, show))
            path = made
        yield path


@contextmanager
def _following(reader: int, show: Callable[[str], None]) -> Iterator[None]:
    """Show the messages of a pipe in a thread until the block ends."""
    stopped, stop = os.pipe()
    with ExitStack() as stack:
        stack.callback(os.close, stopped)
        with ExitStack() as running:
            running.callback(os.close, stop)
            thread = threading.Thread(target=_follow, args=(reader, stopped, show), daemon=True)
            thread.start()
            stack.callback(thread.join)
            yield


def _make_pipe(stack: ExitStack) -> tuple[str, int]:
    """The path of a new pipe in a private folder, and a descriptor that reads from it."""
    folder = stack.enter_context(TemporaryDirectory(prefix="progress-", dir=constants.DEFAULT_LOCAL_TMP))
    path = os.path.join(folder, "pipe")
    os.mkfifo(path, 0o600)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    stack.callback(os.close, reader)
    # A writer of our own: without any writer a pipe always counts as readable, at its end.
    stack.callback(os.close, os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    return path, reader


def _follow(reader: int, stopped: int, show: Callable[[str], None]) -> None:
    """Show lines until the other end of ``stopped`` is closed, then the last one."""
    lines, rest = ProgressLines(), b""
    with selectors.DefaultSelector() as selector:
        selector.register(reader, selectors.EVENT_READ)
        selector.register(stopped, selectors.EVENT_READ)
        ended = False
        while not ended:
            ended = any(key.fd == stopped for key, _events in selector.select())
            *messages, rest = (rest + _available(reader)).split(b"\n")
            for line in (line for message in messages for line in _lines(lines, message)):
                show(line)
    if (last := lines.last()) is not None:
        show(last)


def _lines(lines: ProgressLines, message: bytes) -> list[str]:
    """The lines for a message: none if the last one about bytes or lists is too recent, or the message is damaged."""
    replication, progress = Replication.from_message(message), Progress.from_message(message) or Walked.from_message(message)
    found = (lines.last(), replication.line) if replication else (lines.line(progress),) if progress else ()
    return [line for line in found if line]


def _available(reader: int) -> bytes:
    """The bytes that a pipe holds now."""
    found = b""
    while True:
        try:
            more = os.read(reader, 65536)
        except BlockingIOError:
            return found
        if not more:
            return found
        found += more
