# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the preflight of a Windows guest: its rows, those of the cloud, and what forbids Sysprep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...._core.checks import BLOCK, OK, UNPROVEN, WAIVED, WARN, Check
from .checks import accounts, agent, appx, roles, servicing, session, setup, software, volumes
from .facts import Facts
from .rule import AZURE, GUEST, OTHER, Guest

Row = dict[str, str]

PLATFORMS = (AZURE, OTHER)
SUBJECTS = (session, setup, servicing, volumes, appx, roles, agent, software, accounts)
RULES = tuple(rule for subject in SUBJECTS for rule in subject.RULES)
FORBIDDING = frozenset(rule.id for rule in RULES if rule.forbids)

BACKUP, EXTENSIONS, TRACES = "backup", "extensions", "traces"
ANSWER_FILES = "answer_files"
VHD = "https://learn.microsoft.com/azure/virtual-machines/windows/prepare-for-upload-vhd-image"


@dataclass(frozen=True)
class Context:
    """The knowledge of the controller about a Windows machine that is to be generalized.

    `platform` is azure or other. `backup` is the id of a backup, or empty. `capture` is the result of image_capture in check mode; empty
    without one. `waived` are the ids of checks of the guest whose blockers the owner accepts. `before_prepare` is whether windows_prepare
    runs before Sysprep, so that what it mends only warns. `traces` are the places of what identifies the machine and is going to be
    removed, by the ids of windows_generalize; `unread_traces` are the reasons for which some of them could not be looked for.
    """

    vm: str
    platform: str
    backup: str
    may_be_lost: bool
    capture: Mapping[str, Any]
    waived: frozenset[str]
    before_prepare: bool
    traces: Mapping[str, Sequence[str]]
    unread_traces: Mapping[str, str]


def compile_report(facts: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The report: `vm`, `checks`, `removes`, and `forbidden_by`: the ids of the checks that forbid Sysprep now."""
    guest = Guest(Facts.of(facts), context.platform)
    judged = (_judged(check, prepared, context) for rule in RULES for check, prepared in rule.rows(guest))
    rows = [
        *(_waived(check, context) for check in (_backup(context), *judged, *_traces(context), *_extensions(context))),
        *(dict(row) for row in context.capture.get("checks", ())),
    ]
    return {
        "vm": context.vm,
        "checks": rows,
        "removes": _removes(guest, context),
        "forbidden_by": sorted({row["id"] for row in rows if _forbids(row, context)}),
    }


def _judged(check: Check, prepared: bool, context: Context) -> Check:
    """A row before windows_prepare: what the role mends does not block."""
    if prepared and context.before_prepare and check.verdict == BLOCK:
        return Check(check.id, check.side, WARN, check.what, check.why, "windows_prepare mends this", check.source)
    return check


def _waived(check: Check, context: Context) -> Row:
    """A row with its final verdict. What could not be found out is accepted like what was found."""
    waivable = check.verdict == BLOCK or (check.verdict == UNPROVEN and check.id in FORBIDDING)
    row = asdict(check)
    return {**row, "verdict": WAIVED} if waivable and check.id in context.waived else row


def _forbids(row: Mapping[str, str], context: Context) -> bool:
    """Whether a row forbids Sysprep; before windows_prepare, a later preflight can still answer what is unproven now."""
    unproven = row["side"] == GUEST and row["verdict"] == UNPROVEN and row["id"] in FORBIDDING
    return row["verdict"] == BLOCK or (unproven and not context.before_prepare)


def _removes(guest: Guest, context: Context) -> dict[str, list[str]]:
    """The places that windows_generalize is going to empty: the traces, and the answer files of earlier installations in Panther."""
    found = guest.facts.volumes.answer_files
    files = [] if found.reason else [path for path in found.value if setup.PANTHER.match(path)]
    return {**{each: list(paths) for each, paths in context.traces.items()}, ANSWER_FILES: files}


def _traces(context: Context) -> Iterator[Check]:
    """Whether everything that identifies the machine could be looked for."""
    for trace, reason in context.unread_traces.items():
        yield Check(
            TRACES,
            GUEST,
            UNPROVEN,
            f"{trace} could not be looked for: {reason}",
            "what identifies the machine would stay in the image, or windows_generalize stops where it cannot remove it",
            "find out why it could not be read, mend that and run again",
            "roles/windows_generalize/vars/traces.yml",
        )
    if not context.unread_traces:
        yield Check(TRACES, GUEST, OK, "all that identifies the machine was looked for", "", "", "roles/windows_generalize/vars/traces.yml")


def _backup(context: Context) -> Check:
    """Whether the machine can be had back. Outside Azure, no one but the user knows."""
    if context.backup:
        verdict, what = OK, "the VM has a backup, or gets one before it is generalized"
        if context.platform == OTHER:
            what = f"the machine has the backup {context.backup}, by the word of the user"
    else:
        verdict, what = (WAIVED if context.may_be_lost else BLOCK), f"{context.vm} has no backup"
    why, mend = "", ""
    if verdict != OK:
        why = "Sysprep cannot be undone"
        mend = (
            "give the id of a backup (windows_generalize_backup, windows_preflight_backup), "
            'or the waiver "this VM may be lost" (windows_generalize_waiver, windows_preflight_waiver)'
        )
    return Check(BACKUP, GUEST, verdict, what, why, mend, "docs/decisions/backup.md")


def _extensions(context: Context) -> Iterator[Check]:
    """The extensions of a VM, which only Azure knows: a row of the guest's if image_capture has not looked."""
    if any(row["id"] == EXTENSIONS for row in context.capture.get("checks", ())):
        return
    if context.platform == OTHER:
        yield Check(EXTENSIONS, GUEST, OK, "a machine outside Azure does not have extensions", "", "", VHD)
        return
    yield Check(
        EXTENSIONS,
        GUEST,
        UNPROVEN,
        "whether the VM has extensions was not asked of Azure",
        "an extension can be in the way of Sysprep, and its traces stay in the image",
        "give the result of image_capture in check mode (windows_generalize_capture, windows_preflight_capture), or remove the extensions",
        VHD,
    )
