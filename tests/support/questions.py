# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions of docs/finding-images.md and the commands that answer them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Any, NamedTuple

from ansible.parsing.splitter import parse_kv

from tests.support.tree import ROOT

LOCATION = "westeurope"
Ask = Callable[[int], dict[str, Any]]
"""Asks the question with a number, and returns the result of its command."""


class Question(NamedTuple):
    """A question, and the options of the command that answers it."""

    number: int
    text: str
    options: dict[str, Any]


def _options(command: str) -> dict[str, Any]:
    _ansible, _host, _m, module, _a, arguments = shlex.split(command)
    assert module == "goldenimage.azure.image_info"
    return dict(parse_kv(arguments))


def _read() -> dict[int, Question]:
    text = (ROOT / "docs" / "finding-images.md").read_text(encoding="utf-8")
    found = re.findall(r"\*\*(\d+)\. (.+?)\*\*\n\n    (ansible localhost .+)\n", text)
    return {int(number): Question(int(number), text, _options(command)) for number, text, command in found}


QUESTIONS = _read()
"""By number."""
