# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's assumptions next to Azure's answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from azlab.arm.core.refusals import Refusal

from tests.live.arm import Answer
from tests.live.probes import Probe


@dataclass(frozen=True)
class Finding:
    """A probe and Azure's answer to it."""

    probe: Probe
    answer: Answer

    @property
    def confirmed(self) -> bool:
        """Whether Azure answered as the lab does."""
        if self.probe.allowed:
            return not self.answer.refused
        return says(self.probe.assumed, self.answer)

    def lines(self) -> list[str]:
        """The finding as text."""
        known, answer = self.probe.assumed, self.answer
        lab = "allows it" if self.probe.allowed else f"{known.status} {known.code}: {known.text}"
        azure = f"{answer.status} {answer.code}: {answer.text}" if answer.refused else f"allows it ({answer.status})"
        first = f"{'as assumed' if self.confirmed else 'DIFFERENT'}: {self.probe.what} [{known.evidence.value}]"
        return [first, f"    lab:   {lab}", f"    Azure: {azure}"]


def says(refusal: Refusal, answer: Answer) -> bool:
    """Whether an answer is this refusal. A status below 400 began an operation that failed: then code and text count."""
    text = "".join(".*" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", refusal.text))
    status = answer.status < 400 or answer.status == refusal.status
    return status and answer.code == refusal.code and re.fullmatch(text, answer.text, re.DOTALL) is not None
