# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule about rights: the identity must be allowed every action of the capture before the first of them is carried out."""

from __future__ import annotations

from collections.abc import Iterator

from ...._core.checks import UNPROVEN, WARN
from ...._core.model.rights import Rights
from ..permissions import Action, Place, actions_of
from .rule import Candidate, Finding, Rule

NOT_READ = Rights(unread="it does not exist")
"""For a resource group that was not found, which another check reports."""


def _rights(candidate: Candidate) -> Iterator[Finding]:
    seen = candidate.seen
    needed = actions_of(candidate.request, seen.existing, candidate.vm)
    for place in dict.fromkeys(each.place for each in needed):
        rights = seen.rights.get(place, NOT_READ)
        if rights.unread:
            yield _unread(place, rights)
        else:
            yield from (_missing(each) for each in needed if each.place == place and not rights.allow(each.action))


def _unread(place: Place, rights: Rights) -> Finding:
    return Finding(
        f"the rights of this identity on {place.title} were not read: {rights.unread.rstrip('.')}",
        "a missing right would be found only when Azure refuses the step that needs it",
        "grant Microsoft.Authorization/permissions/read, which most built-in roles hold, or waive this check",
        UNPROVEN if rights is NOT_READ else WARN,
    )


def _missing(needed: Action) -> Finding:
    what = f"this identity lacks the right {needed.action} on {needed.place.title}, which is needed to {needed.step}"
    if needed.elsewhere:
        return Finding(
            what,
            "what cannot be found there has to be in another place, or the capture is refused later",
            "assign a role that holds it to the identity, or waive this check if you know that it is not needed there",
            WARN,
        )
    return Finding(
        what,
        "Azure would refuse that step, possibly after others that cannot be undone",
        "assign a role that holds it to the identity, or waive this check if you know that the identity has it",
    )


RULES = (
    Rule(
        "rights",
        "this identity has every right that the capture needs",
        "https://learn.microsoft.com/rest/api/authorization/permissions",
        _rights,
    ),
)
