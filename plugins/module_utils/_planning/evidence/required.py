# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence that is required of every generalized image of a VM, also of one made from its disks or their snapshots.

    origin = observe_origin(azure, id_of_a_vm_disk_or_snapshot, rules, resource_group)      (origin.py; reads)
    evidence = require_sealed_source(origin, rules)                                         (raises InvalidRequest)
    evidence.tags, evidence.warnings, evidence.result                                       (for what is made, and for the result)

A capture, which reads the verdict of the guest itself, calls ``require_evidence``. What is made from an image or a version takes over
the evidence in its tags: ``inherited``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.limits import LONGEST_TAG_VALUE
from ..._core.model.disk import Disk
from ..._core.model.seal import Seal
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import DEALLOCATED, Vm
from ..._core.times import format_time
from ..capture.evidence import CLOCKS, kept_seal, require_backups, trusted_seal
from ..capture.saved import Saved
from .copies import is_copy, require_origin
from .origin import Origin
from .rules import ASSUME, Rules

VERIFIED = "verified"
_ORIGIN = (tag.VM_ID, tag.VM, tag.COPY_OF, tag.COPY_OF_VM_ID, tag.PLAN, tag.SEAL_DIGEST, tag.SEALED, tag.DIGEST)


@dataclass(frozen=True)
class Evidence:
    """The evidence about a source: its seal, the tags for what is made from it, and warnings."""

    seal: Seal | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def result(self) -> str | None:
        """The return value ``sealed``."""
        return sealed_result(self.tags)


NO_EVIDENCE = Evidence()
"""For a specialized image, which is not generalized."""


def sealed_result(tags: Mapping[str, str]) -> str | None:
    """The way in which the seal is known by the tags of an image or version: ``verified`` or ``assume``; None if they say nothing."""
    return ASSUME if tag.SEALED in tags else VERIFIED if tag.SEAL_DIGEST in tags else None


def inherited(tags: Mapping[str, str]) -> Evidence:
    """The evidence in the tags of an image or version of which another one is made."""
    return Evidence(tags={name: tags[name] for name in _ORIGIN if name in tags})


def require_evidence(
    rules: Rules,
    prove: Callable[[], Seal],
    vm: Vm | None,
    disks: Sequence[Disk],
    saved: Saved,
    title: str = "",
    flaw_of_copy: str | None = None,
) -> Evidence:
    """Require the seal that ``prove`` returns or refuses, unless it is assumed, and a backup of the disks from shortly before it.

    ``flaw_of_copy`` is why a VM that is tagged as a throw-away copy is not proven to be one.
    """
    seal = None if rules.assume else prove()
    if rules.backup and vm is None:
        raise InvalidRequest(
            f"{title}: the VM that it comes from is not known, so its backup cannot be looked for: set backup: none to go on without one."
        )
    if rules.backup and vm is not None:
        require_way_back(vm, disks, saved, seal, rules.max_age, flaw_of_copy)
    return evidence_of(vm, seal, rules.assume)


def require_way_back(vm: Vm, disks: Sequence[Disk], saved: Saved, seal: Seal | None, max_age: int, flaw_of_copy: str | None) -> None:
    """Require a backup from before the seal or, for a throw-away copy, its source, which was only read."""
    if is_copy(vm):
        require_origin(vm, flaw_of_copy)
    else:
        require_backups(vm, disks, saved.backups, seal, max_age, saved.unread)


def require_sealed_source(origin: Origin, rules: Rules) -> Evidence:
    """The evidence about a VM, disk or snapshot; raises ``InvalidRequest`` if it lacks what the rules require.

    A disk that was uploaded by this collection and never belonged to a VM needs none: the user who uploaded it has vouched for it.
    """
    own = {tag.DISK: origin.source.unique_id} if origin.source and origin.source.unique_id else {}
    if _never_had_a_vm(origin) and (digest := origin.disks[0].tags.get(tag.DIGEST)):
        return Evidence(tags={**own, tag.DIGEST: digest})
    asked = rules._replace(backup=rules.backup and not _never_had_a_vm(origin))
    found = require_evidence(asked, lambda: _require_seal(origin), origin.vm, origin.disks, origin.saved, origin.title, origin.flaw_of_copy)
    return Evidence(found.seal, {**found.tags, **own}, found.warnings)


def evidence_of(vm: Vm | None, seal: Seal | None, assumed: bool) -> Evidence:
    """The evidence about what is made from a VM, given how its seal is known."""
    return Evidence(seal, {**(origin_tags(vm) if vm else {}), **_seal_tags(seal, assumed)})


def origin_tags(vm: Vm) -> dict[str, str]:
    """The tags that name a VM as the origin of what is made from it. What does not fit into a tag is left out."""
    named = {tag.VM_ID: vm.vm_id, tag.VM: tag.id_value(vm.id)} | ({tag.PLAN: tag.plan_value(vm.plan)} if vm.plan else {})
    named |= {name: vm.tags[name] for name in (tag.COPY_OF, tag.COPY_OF_VM_ID) if name in vm.tags}
    return {name: value for name, value in named.items() if len(value) <= LONGEST_TAG_VALUE}


def _seal_tags(seal: Seal | None, assumed: bool) -> dict[str, str]:
    """The tag that says how the seal is known. Check mode does not know the seal of a guest that still runs."""
    return {tag.SEALED: ASSUME} if assumed else {tag.SEAL_DIGEST: seal.digest} if seal and seal.moment else {}


def _never_had_a_vm(origin: Origin) -> bool:
    """Whether the source is a disk that no VM ever had, and that was not copied from another disk."""
    if origin.vm or len(origin.disks) != 1 or origin.copies:
        return False
    disk = origin.disks[0]
    return disk.never_used and disk.managed_by is None and disk.source is None and not disk.source_unique_id


def _require_seal(origin: Origin) -> Seal:
    seal = trusted_seal(origin.vm, origin.os_disk) if origin.vm else None
    doubt = _unsealed(origin) if seal is None else _used_since(origin, seal) or _copied_too_early(origin, seal)
    if seal is None or doubt:
        raise InvalidRequest(
            f"{origin.title} is not known to be sealed: {doubt}. Capture its VM with image_capture,"
            " or set sealed: assume if you know that its guest is generalized."
        )
    return seal


def _unsealed(origin: Origin) -> str:
    """Why there is no seal that counts."""
    vm = origin.vm
    if vm is None:
        return "no VM has its original disk, so there is no seal to look at"
    if (kept := kept_seal(vm)) is None:
        return f"VM {vm.id.name} has no seal in its tags"
    if vm.power != DEALLOCATED:
        return f"VM {vm.id.name} is {vm.power or 'not deallocated'}, so its seal of {kept.time} does not count"
    return f"the OS disk of VM {vm.id.name} may have been used since its seal of {kept.time}"


def _used_since(origin: Origin, seal: Seal) -> str | None:
    """Which disk another VM may have had since the VM was deallocated: its ownership changed after that of the OS disk."""
    for disk in origin.disks:
        if seal.ownership and disk.ownership_time and disk.ownership_time > seal.ownership + CLOCKS:
            return f"the ownership of disk {disk.id.name} changed at {format_time(disk.ownership_time)}, after the seal of {seal.time}"
    return None


def _copied_too_early(origin: Origin, seal: Seal) -> str | None:
    """Which copy does not hold the sealed disk: it was taken before the VM was deallocated, or is not complete."""
    for each in origin.copies:
        noun = "snapshot" if isinstance(each, Snapshot) else "disk"
        if isinstance(each, Snapshot) and not each.complete:
            return f"snapshot {each.id.name} is not complete"
        if each.time_created is None or seal.ownership is None or each.time_created <= seal.ownership:
            made = f"was made at {format_time(each.time_created)}" if each.time_created else "does not say when it was made"
            return f"{noun} {each.id.name} {made}, and the VM was sealed at {seal.time} and deallocated after that"
    return None
