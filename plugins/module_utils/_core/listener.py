# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress of a running plan, as its listeners receive it."""

from __future__ import annotations

from typing import Protocol


class Listener(Protocol):
    """Receives what happens while a plan is carried out. Its methods must be quick and must not raise."""

    def started(self, step: str) -> None:
        """A step begins; ``step`` is its sentence."""

    def moved(self, sent: int, total: int, skipped: int) -> None:
        """Bytes of the current step that were sent so far, bytes that it will send, and bytes that it need not send."""

    def replicated(self, region: str, state: str, progress: int | None) -> None:
        """The state of a replica of a version has changed; ``progress`` is in percent."""

    def walked(self, done: int, known: int) -> None:
        """How many lists of the Marketplace's catalogue were read, and how many are known so far to be read in total."""

    def done(self, step: str) -> None:
        """A step has succeeded."""

    def left(self, step: str, reason: str) -> None:
        """A step that only cleans up has failed; ``reason`` is a sentence."""


class Silence:
    """A listener that ignores everything."""

    def started(self, step: str) -> None:
        """Ignore a step that begins."""

    def moved(self, sent: int, total: int, skipped: int) -> None:
        """Ignore bytes that were sent."""

    def replicated(self, region: str, state: str, progress: int | None) -> None:
        """Ignore the progress of a replica."""

    def walked(self, done: int, known: int) -> None:
        """Ignore the progress of a walk through the catalogue."""

    def done(self, step: str) -> None:
        """Ignore a step that has succeeded."""

    def left(self, step: str, reason: str) -> None:
        """Ignore a step that could not clean up."""


class Listeners:
    """A listener that passes everything on to several others."""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = listeners

    def started(self, step: str) -> None:
        """Pass on that a step begins."""
        for listener in self._listeners:
            listener.started(step)

    def moved(self, sent: int, total: int, skipped: int) -> None:
        """Pass on how many bytes were sent."""
        for listener in self._listeners:
            listener.moved(sent, total, skipped)

    def replicated(self, region: str, state: str, progress: int | None) -> None:
        """Pass on the progress of a replica."""
        for listener in self._listeners:
            listener.replicated(region, state, progress)

    def walked(self, done: int, known: int) -> None:
        """Pass on the progress of a walk through the catalogue."""
        for listener in self._listeners:
            listener.walked(done, known)

    def done(self, step: str) -> None:
        """Pass on that a step has succeeded."""
        for listener in self._listeners:
            listener.done(step)

    def left(self, step: str, reason: str) -> None:
        """Pass on that a step could not clean up."""
        for listener in self._listeners:
            listener.left(step, reason)
