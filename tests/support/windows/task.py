# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that reaches a simulated guest, and the table of the modules that answer one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.windows import argspec
from tests.support.windows.guest import Guest


class Failed(Exception):
    """A module that fails, as it would on Windows, with a message."""


@dataclass(frozen=True)
class Task:
    """A module, its parameters as documented, which of them were given, and the modes of the run."""

    module: str
    parameters: Mapping[str, Any]
    given: frozenset[str]
    check_mode: bool = False
    diff_mode: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.parameters.get(name)


Answer = Callable[[Guest, Task], dict[str, Any]]
ANSWERS: dict[str, tuple[Answer, frozenset[str]]] = {}
"""The functions that answer the modules, and the options that each of them carries out."""


def answers(module: str, *options: str) -> Callable[[Answer], Answer]:
    """Make a function the answer to a module; a task that gives any other option than ``options`` fails the test."""

    def register(function: Answer) -> Answer:
        ANSWERS[module] = function, frozenset(options)
        return function

    return register


def answer(guest: Guest, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a module on a guest. Raises UnknownToGuest for what the guest cannot answer, and writes it down."""
    module = name.rsplit(".", 1)[-1]
    try:
        parameters, error = argspec.checked(module, dict(arguments))
    except argspec.UnknownModule as unknown:
        raise guest.complain(str(unknown)) from None
    if error:
        raise guest.complain(f"{name}: {error}")
    if module not in ANSWERS:
        raise guest.complain(f"the simulated guest does not know the module {name}")
    function, honoured = ANSWERS[module]
    given = frozenset(each for each, value in arguments.items() if value is not None and not each.startswith("_ansible_"))
    named = frozenset(_official(module, each) for each in given)
    if others := named - honoured:
        raise guest.complain(f"the simulated guest does not carry out {', '.join(sorted(others))} of {name}")
    task = Task(module, parameters, named, bool(arguments.get("_ansible_check_mode")), bool(arguments.get("_ansible_diff")))
    try:
        return {"changed": False, **function(guest, task)}
    except Failed as failed:
        return {"changed": False, "failed": True, "msg": str(failed)}


def _official(module: str, name: str) -> str:
    """The name of an option that may have been given by an alias."""
    return next((each for each, option in argspec.spec(module).items() if name in option.get("aliases", ())), name)
