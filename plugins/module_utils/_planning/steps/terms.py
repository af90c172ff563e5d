# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step on the terms of a plan: one request to Azure, with the sentence that users see."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core.listener import Listener
from ..._core.model.marketplace import Terms
from ..._core.ports import Azure
from ..terms.refusals import explaining

VERBS = {True: "accept", False: "cancel"}


@dataclass(frozen=True)
class SetTerms:
    """Accept the terms of a plan, or take that back. ``terms`` are those that were read: Azure requires all of them to be sent back."""

    terms: Terms
    accepted: bool

    def __str__(self) -> str:
        plan = self.terms.plan
        return f"{VERBS[self.accepted]} the terms of plan {plan.name} of offer {plan.product} by {plan.publisher}"

    def run(self, azure: Azure, listener: Listener) -> None:
        with explaining(self.terms.plan):
            azure.terms.accept(self.terms, self.accepted)
