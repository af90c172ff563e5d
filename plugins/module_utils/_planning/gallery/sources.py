# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision which source may become a version of which image definition, by the rules in ``source_rules.py``.

A rule without evidence warns and does not refuse. ``docs/gallery-sources.md`` shows the decisions as tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from ..._core.model.disk import Disk
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.image import Image
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from .source_rules import (
    CONFIDENTIAL,
    DISK,
    GENERALIZED,
    MANAGED_IMAGE,
    OK,
    OS_DISK,
    REFUSED,
    ROAD,
    RULES,
    SECURITY_TYPES,
    SNAPSHOT,
    SPECIALIZED,
    STANDARD,
    TITLES,
    TRUSTED,
    VERSION,
    VM,
    Rule,
)

_SPELLINGS = {name.casefold(): name for name in SECURITY_TYPES} | {"": STANDARD, "none": STANDARD}


def security_type_in(text: str | None) -> str:
    """A security type in the spelling of the rules: of the feature of a definition, of a VM or of an OS disk. None counts as Standard.

    A disk of a confidential VM names its encryption, too: ``ConfidentialVM_DiskEncryptedWithPlatformKey``.
    """
    known = (text or "").split("_")[0]
    return _SPELLINGS.get(known.casefold(), known)


@dataclass(frozen=True)
class DefinitionKind:
    """The properties of an image definition that decide about its sources. What is None is not known, and fits."""

    security_type: str = STANDARD
    generation: str | None = None
    os_state: str = GENERALIZED
    os_type: str | None = None
    architecture: str | None = None

    @classmethod
    def of(cls, definition: GalleryImage) -> DefinitionKind:
        """An existing definition."""
        return cls(
            security_type_in(definition.security_type),
            definition.hyper_v_generation,
            definition.os_state or GENERALIZED,
            definition.os_type or None,
            definition.architecture,
        )


@dataclass(frozen=True)
class SourceKind:
    """The properties of a source that decide about the definition of its version. What is None is not known, and fits.

    ``security_type`` is its own: that of a VM or an OS disk, or that of the definition of a version. ``os_state`` is the state that it will
    have when the version is made. ``os_only`` is whether the version must leave out data disks that the source has.
    """

    kind: str
    security_type: str = STANDARD
    generation: str | None = None
    os_state: str | None = None
    os_type: str | None = None
    architecture: str | None = None
    os_only: bool = False

    @classmethod
    def of_disk(cls, disk: Disk | Snapshot) -> SourceKind:
        """A managed OS disk, or a snapshot of one. Whether the system on it is generalized is not known to Azure."""
        kind = SNAPSHOT if isinstance(disk, Snapshot) else DISK
        security = security_type_in(disk.security_type)
        return cls(kind, security, disk.hyper_v_generation, None, disk.os_type, disk.architecture)

    @classmethod
    def of_image(cls, image: Image) -> SourceKind:
        """A managed image. There are none for Arm64."""
        return cls(MANAGED_IMAGE, STANDARD, image.hyper_v_generation, GENERALIZED, image.os_type, "x64")

    @classmethod
    def of_version(cls, definition: GalleryImage) -> SourceKind:
        """A version under another definition."""
        known = DefinitionKind.of(definition)
        return cls(VERSION, known.security_type, known.generation, known.os_state, known.os_type, known.architecture)

    @classmethod
    def of_vm(cls, vm: Vm, os_disk: Disk | None, generalized: bool, os_only: bool = False) -> SourceKind:
        """A VM. ``generalized`` is whether it will be marked as such when the version is made, ``os_only`` whether data disks stay out."""
        security = security_type_in(vm.security_type or (os_disk.security_type if os_disk else None))
        generation, architecture = (os_disk.hyper_v_generation, os_disk.architecture) if os_disk else (None, None)
        state = GENERALIZED if generalized else SPECIALIZED
        return cls(VM, security, generation, state, vm.os_type, architecture, os_only and bool(vm.data_disks))


class Judgement(NamedTuple):
    """The decision on one source and one definition. ``text`` is for the user, and empty for ``ok``.

    ``road`` holds the stops of a legal road in order, if the verdict is ``road``. ``evidence`` and ``source`` say why this is known.
    """

    verdict: str
    text: str
    evidence: str
    source: str
    road: tuple[str, ...] = ()


def judge(definition: DefinitionKind, source: SourceKind) -> Judgement:
    """The decision of the first rule that fits. Azure copies a VM with all of its disks, so its OS disk alone is judged in its place."""
    found = _decision(definition, source)
    if source.kind != VM or not source.os_only or found.verdict == REFUSED:
        return found
    alone = judge(definition, replace(source, kind=DISK, os_only=False))
    if alone.verdict == REFUSED:
        return alone
    return alone._replace(verdict=ROAD, text=f"{found.text} {alone.text}".strip(), road=(OS_DISK, *alone.road))


def security_type_for(source: SourceKind) -> str:
    """The SecurityType of a definition that is created for this source, if the user asks for none.

    VM guest state needs a definition of its own type. Everything else becomes ``Standard``, which takes every kind of source.
    """
    return source.security_type if source.kind == VERSION or source.security_type in (TRUSTED, CONFIDENTIAL) else STANDARD


def _decision(definition: DefinitionKind, source: SourceKind) -> Judgement:
    rule = next(rule for rule in RULES if _fits(rule, definition, source))
    return Judgement(rule.verdict, "" if rule.verdict == OK else _text(rule, definition, source), rule.evidence, rule.source, rule.road)


def _fits(rule: Rule, definition: DefinitionKind, source: SourceKind) -> bool:
    """Whether a rule is about this source of a version under this definition."""
    return (
        definition.security_type in (rule.definitions or (definition.security_type,))
        and source.kind in (rule.kinds or (source.kind,))
        and source.security_type in (rule.own or (source.security_type,))
        and rule.os_state in (None, definition.os_state)
        and rule.architecture in (None, source.architecture or definition.architecture)
        and source.os_only >= rule.os_only
        and (rule.differs is None or _differ(rule.differs, definition, source))
    )


def _differ(name: str, definition: DefinitionKind, source: SourceKind) -> bool:
    wanted, found = _known(definition, name), _known(source, name)
    return None not in (wanted, found) and wanted != found


def _known(kind: DefinitionKind | SourceKind, name: str) -> str | None:
    """A property of one side. A managed image is always generalized."""
    always = name == "os_state" and isinstance(kind, SourceKind) and kind.kind == MANAGED_IMAGE
    value: str | None = GENERALIZED if always else getattr(kind, name)
    return value


def _text(rule: Rule, definition: DefinitionKind, source: SourceKind) -> str:
    """The sentences of a rule for one case, with Azure's own words if they are known."""
    words = {
        "definition": definition.security_type,
        "kind": TITLES[source.kind],
        "own": source.security_type,
        "found": _known(source, rule.differs) if rule.differs else "",
        "wanted": _known(definition, rule.differs) if rule.differs else "",
    }
    quote = f' Azure\'s words: "{rule.quote.format(**words)}"' if rule.quote else ""
    return rule.text.format(**words) + quote
