# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule: one thing that capturing a VM requires of Azure, and how what breaks it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ...._core.checks import BLOCK, CLOUD, OK, WAIVED, WARN, Check
from ...._core.model.disk import Disk
from ...._core.model.vm import AttachedDisk, Vm
from ..observe import Observed, target_of
from ..request import CaptureRequest
from ..target import Target

IMAGE, GALLERY = "managed image", "gallery"
"""The kinds of targets."""


@dataclass(frozen=True)
class Candidate:
    """A VM that is to be captured, with all that was observed."""

    request: CaptureRequest
    seen: Observed
    vm: Vm

    @property
    def target(self) -> Target:
        """The image that is to be made."""
        return target_of(self.request, self.seen.existing)

    @property
    def needs_seal(self) -> bool:
        """Whether the guest has to be proven to be generalized."""
        return not (self.request.assume_sealed or self.request.specialized)

    @property
    def captured(self) -> tuple[tuple[AttachedDisk, Disk | None], ...]:
        """The disks that the image will hold, as the VM refers to them and, if they were read, themselves."""
        known = {each.id: each for each in self.seen.disks}
        attached = self.vm.disks[:1] if self.request.os_only else self.vm.disks
        return tuple((each, known.get(each.disk) if each.disk else None) for each in attached)


class Finding(NamedTuple):
    """Something that breaks a rule, in clauses: the thing and its place, the consequence, the remedy."""

    what: str
    why: str
    mend: str
    verdict: str = BLOCK


@dataclass(frozen=True)
class Rule:
    """One requirement. ``fine`` is the clause about a VM that meets it, or to which it does not apply.

    ``only`` is the kind of target that it is about, ``os_type`` the operating system of the VM; None stands for every one.
    """

    id: str
    fine: str
    source: str
    find: Callable[[Candidate], Iterable[Finding]]
    only: str | None = None
    os_type: str | None = None

    def concerns(self, request: CaptureRequest, os_type: str) -> bool:
        """Whether it is about the kind of target that is requested, and about VMs with this operating system."""
        return self.only in (None, GALLERY if request.gallery else IMAGE) and self.os_type in (None, os_type)

    def rows(self, candidate: Candidate) -> tuple[Check, ...]:
        """A row for each finding; one that says that all is well if there is none."""
        found = tuple(self.find(candidate)) or (Finding(self.fine, "", "", OK),)
        waived = self.id in candidate.request.waive
        return tuple(
            Check(self.id, CLOUD, WAIVED if waived and verdict in (BLOCK, WARN) else verdict, what, why, mend, self.source)
            for what, why, mend, verdict in found
        )
