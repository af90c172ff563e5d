# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of docs/gallery-sources.md, made from the rules. `python -m tests.support.source_tables` prints them."""

from __future__ import annotations

from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery import source_rules as rules
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.sources import (
    DefinitionKind,
    Judgement,
    SourceKind,
    judge,
)

HEADINGS = {
    rules.BLOB: "VHD blob",
    rules.MANAGED_IMAGE: "managed image",
    rules.VERSION: "version",
    rules.DISK: "managed disk",
    rules.SNAPSHOT: "snapshot",
    rules.VM: "VM",
}
WORDS = {rules.OK: "yes", rules.WARN: "not known", rules.REFUSED: "no", rules.ROAD: "through a managed image"}
STATEFUL = (rules.VERSION, rules.DISK, rules.SNAPSHOT, rules.VM)
"""The kinds of sources that can have a security type of their own other than Standard."""


def table(own: str, kinds: tuple[str, ...]) -> list[str]:
    """The rows for sources of one security type: a row for each definition, a column for each kind."""
    lines = [f"| definition | {' | '.join(HEADINGS[kind] for kind in kinds)} |", "| --- " * (len(kinds) + 1) + "|"]
    for name in rules.SECURITY_TYPES:
        cells = [cell(judge(DefinitionKind(name), SourceKind(kind, own))) for kind in kinds]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def cell(judgement: Judgement) -> str:
    """A verdict with the class of its evidence, if there is any."""
    word = WORDS[judgement.verdict]
    return word if judgement.verdict == rules.WARN else f"{word} ({judgement.evidence})"


def tables() -> dict[str, str]:
    """The tables by the security type of the source."""
    shown = ((rules.STANDARD, tuple(HEADINGS)), (rules.TRUSTED, STATEFUL), (rules.CONFIDENTIAL, STATEFUL))
    return {own: "\n".join(table(own, kinds)) for own, kinds in shown}


def evidence() -> str:
    """The list of all documents and reports that rules rest on."""
    return "\n".join(f"- <{source}>" for source in dict.fromkeys(rule.source for rule in rules.RULES))


if __name__ == "__main__":
    print("\n\n".join([*tables().values(), evidence()]))
