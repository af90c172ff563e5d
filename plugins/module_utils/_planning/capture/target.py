# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The targets of a capture: what planning asks of the kind of image that a VM becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from ..._core.guard import Guard
from ..._core.model.disk import Disk
from ..._core.model.vm import Vm
from ..._core.plan import Step
from ..evidence.required import Evidence


class Outcome(NamedTuple):
    """Steps, and the return values of the target after them.

    ``first`` are the steps before the source is prepared, which cannot be undone; ``clean_up`` removes what the target does not need.
    ``deletable`` guards the deletion of the VM, if the steps know more about it than the target.
    """

    steps: tuple[Step, ...]
    after: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    first: tuple[Step, ...] = ()
    clean_up: tuple[Step, ...] = ()
    deletable: Guard | None = None


class Target(Protocol):
    """An image as a request wants it, next to the one that may exist under its id. All disks are given with the OS disk first."""

    @property
    def title(self) -> str:
        """Its kind and name for sentences, such as ``image web-1``."""

    def flaw(self, vm: Vm | None) -> str | None:
        """Why the existing image is not the requested one, as the end of a sentence; None if it is, or if there is none."""

    def is_leftover(self, vm: Vm) -> bool:
        """Whether the existing image is the remains of a failed run for this VM, which may be replaced in any case."""

    @property
    def exists(self) -> bool:
        """Whether there is an image under its id, as requested or not."""

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of the existing image; empty if there is none."""

    def state(self) -> Mapping[str, Any]:
        """The return values for the image as it is."""

    def tags_with(self, own: Mapping[str, str]) -> dict[str, str]:
        """The tags of the new image, given those about its origin; not checked against Azure's limits."""

    def deletable(self, vm: Vm) -> Guard:
        """The guard of the deletion of the VM that the image was made from."""

    def create(self, vm: Vm, disks: Sequence[Disk], evidence: Evidence) -> Outcome:
        """Create the image from a VM, in place of an existing one. The tags of the evidence become tags of the image."""

    def adjust(self, vm: Vm | None, check_mode: bool) -> Outcome:
        """Bring an existing image without a flaw to the requested state. Raises ``TimedOut`` if Azure is still making it."""
