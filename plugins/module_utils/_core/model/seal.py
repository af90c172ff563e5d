# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seal: a good verdict of the finalizer about a VM, and its form as a tag of that VM.

A seal is good only while the guest has not run since the verdict. Two things can show that: nothing but the shutdown follows the verdict in
the boot log; and, once the VM is deallocated, the ownership of its OS disk has not changed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from ..times import format_time, parse_time

MARK = "GOLDENIMAGE-SEAL:"
"""Begins the line in which the finalizer writes its verdict."""
UNREADABLE = datetime.min.replace(tzinfo=timezone.utc)
"""In place of a stamp that cannot be read: the seal counts as stamped, and no disk can have this time."""


@dataclass(frozen=True)
class Seal:
    """A good verdict, as kept in a tag of the VM.

    ``time`` is the text of the verdict; ``digest`` covers the line that holds it, and so is bound to the VM id. ``ownership`` is
    the ``ownership_time`` of the OS disk after the VM was deallocated (the stamp); None before that.
    """

    time: str
    digest: str
    ownership: datetime | None = None

    @classmethod
    def of(cls, vm_id: str, time: str) -> Seal:
        """The seal of one VM at the time in a verdict."""
        line = f"{MARK} OK vmId={vm_id} time={time}"
        return cls(time, "sha256:" + hashlib.sha256(line.encode()).hexdigest())

    @classmethod
    def from_tag(cls, value: str | None, vm_id: str) -> Seal | None:
        """The seal that an earlier run kept, or None for anything that is not a seal of this VM."""
        try:
            kept = json.loads(value or "")
            stamp = kept.get("ownership")
            seal = cls(str(kept["time"]), str(kept["digest"]), (parse_time(stamp) or UNREADABLE) if stamp else None)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return seal if seal.digest == cls.of(vm_id, seal.time).digest else None

    @property
    def moment(self) -> datetime | None:
        """The time of the verdict; None if it is not known yet, as in check mode."""
        return parse_time(self.time)

    def as_tag(self) -> str:
        """The value of the tag: at most 256 characters."""
        kept = {"time": self.time, "digest": self.digest} | ({"ownership": format_time(self.ownership)} if self.ownership else {})
        return json.dumps(kept, separators=(",", ":"))

    def is_stamp(self, ownership: datetime | None, before: datetime | None) -> bool:
        """Whether an ``ownership_time`` can be the stamp, that is, whether deallocating the VM has set it.

        It differs from the time ``before`` the deallocation. If that is not known, it is later than the verdict.
        """
        if ownership is None or self.moment is None:
            return False
        return ownership != before if before else ownership > self.moment

    def stamped_if_set(self, ownership: datetime | None, before: datetime | None) -> Seal:
        """The same seal with this ``ownership_time`` as its stamp, or without a stamp if deallocating the VM has not set it yet."""
        return self.stamped(ownership if self.is_stamp(ownership, before) else None)

    def stamped(self, ownership: datetime | None) -> Seal:
        """The same seal with this ``ownership_time`` as its stamp."""
        return replace(self, ownership=ownership)
