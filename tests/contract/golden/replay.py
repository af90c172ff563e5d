# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays recordings against one empty lab, several at a time, and collects the differences of the lab's answers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from azlab.client import RequestFailed

from tests.contract.golden.client import Client
from tests.contract.golden.compare import Difference, compare, compare_headers
from tests.contract.golden.names import Names
from tests.contract.golden.read import Exchange, Recording
from tests.contract.golden.seeds import groups_of, location_of, of_managed_disks, seed_interfaces
from tests.contract.golden.select import Part, Step, operation_id, steps

OPERATION_TIMEOUT = 120.0
_WAITING, _MOVED = False, True
_RUNNING = {"startTime", "status", "name"}
"""The keys in the body of every recorded poll of a running operation."""


@dataclass
class Call:
    """One replayed call and how the lab's answer and operation differ from the recorded ones."""

    type: str
    verb: str
    status: int
    differences: list[Difference] = field(default_factory=list)


@dataclass
class Outcome:
    """The result of one recording: its calls, and what was seeded or left out."""

    name: str
    calls: list[Call] = field(default_factory=list)
    polls: int = 0
    """The number of polls whose answer was compared: those for the end of an operation and for its result."""
    seeded: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Operation:
    """A long-running operation of the lab: the call that started it, and the URLs of its status and its result."""

    call: Call
    status_url: str | None
    result_url: str | None


def replay(recordings: list[Recording], client: Client) -> list[Outcome]:
    """Replay all recordings in turns: one call or poll of each recording after the other."""
    players = [_Player(recording, client) for recording in recordings]
    turns = deque(player.play() for player in players)
    idle = 0
    while turns:
        player = turns.popleft()
        moved = next(player, None)
        if moved is None:
            continue
        turns.append(player)
        idle = 0 if moved else idle + 1
        if idle >= len(turns):
            time.sleep(0.02)
            idle = 0
    return [player.outcome for player in players]


class _Player:
    """The replay of one recording."""

    def __init__(self, recording: Recording, client: Client) -> None:
        self._recording, self._client = recording, client
        self._names = Names(recording, client.subscription)
        self._operations: dict[str, _Operation] = {}
        self.outcome = Outcome(recording.name)

    def play(self) -> Iterator[bool]:
        """Take turns; yields true after a call, and false while an operation is still running."""
        try:
            yield from self._play(steps(self._recording))
        except RequestFailed as error:
            self.outcome.calls.append(Call("", "seed", 0, [Difference("seed", str(error))]))

    def _play(self, todo: tuple[Step, ...]) -> Iterator[bool]:
        if any(step.part in (Part.REPLAYED, Part.SEEDED) for step in todo):
            for group in groups_of(self._recording):
                self._client.lab.put_group(self._names.translate(group), location_of(self._recording))
        for index, step in enumerate(todo):
            if step.part is Part.REPLAYED:
                self._replay(step)
                yield _MOVED
            elif step.part is Part.POLL:
                yield from self._poll(step.exchange, todo[index + 1 :])
            elif step.part is Part.SEEDED:
                self._seed(step)
                yield _MOVED
            else:
                self.outcome.outside.append(f"{step.verb} {step.type}: {step.reason}")

    def _seed(self, step: Step) -> None:
        body = self._names.translate(step.body)
        if step.type == "virtualMachines":
            seed_interfaces(self._client.lab, body)
        self._client.lab.put(self._names.path(step.exchange.path), step.exchange.query["api-version"], body)
        self.outcome.seeded.append(f"{step.verb} {step.type}: {step.reason}")

    def _replay(self, step: Step) -> None:
        exchange = step.exchange
        body = self._names.translate(exchange.body)
        if step.type == "virtualMachines" and exchange.method == "PUT":
            seed_interfaces(self._client.lab, body)
        response = self._client.send(exchange.method, self._names.path(exchange.path), exchange.query, body)
        call = Call(step.type, step.verb, exchange.status)
        self.outcome.calls.append(call)
        if response.status_code != exchange.status:
            call.differences.append(Difference("status", f"recorded {exchange.status}, got {response.status_code} {response.text[:300]}"))
            return
        call.differences += compare_headers(exchange, response.headers)
        expected = of_managed_disks(exchange.answer) if self.outcome.seeded else exchange.answer
        call.differences += self._compare(expected, response.json() if response.content else None)
        self._remember(exchange, call, response.headers)

    def _compare(self, recorded: Any, actual: Any, where: str = "$") -> list[Difference]:
        self._names.learn(recorded, actual)
        return list(compare(self._names.translate(recorded), actual, where))

    def _remember(self, exchange: Exchange, call: Call, headers: Any) -> None:
        operation = _Operation(call, headers.get("Azure-AsyncOperation"), headers.get("Location"))
        for name in ("azure-asyncoperation", "location"):
            if name in exchange.headers:
                id = operation_id(Exchange("GET", exchange.headers[name], None, 0, {}, None))
                if id:
                    self._operations[id] = operation

    def _poll(self, exchange: Exchange, rest: tuple[Step, ...]) -> Iterator[bool]:
        """Follow an operation as the recorded client did. Its recorded polls are consecutive; the last one reports the end."""
        operation = self._operations.get(operation_id(exchange) or "")
        if operation is None:
            return
        if exchange.query.get("monitor", "").lower() == "true":
            yield from self._result(exchange, operation)
        elif isinstance(exchange.answer, dict) and exchange.answer.get("status") != "InProgress":
            yield from self._end(exchange, operation)
        elif not any(operation_id(step.exchange) == operation_id(exchange) for step in rest):
            operation.call.differences.append(Difference("poll", "the recording ends before its operation does"))

    def _end(self, exchange: Exchange, operation: _Operation) -> Iterator[bool]:
        """Wait for the end of the lab's operation and compare it. Until then, polls must have exactly the keys that Azure returns."""
        deadline = time.monotonic() + OPERATION_TIMEOUT
        while operation.status_url:
            body = self._client.send("GET", operation.status_url).json()
            if body.get("status") != "InProgress":
                self.outcome.polls += 1
                operation.call.differences += self._compare(exchange.answer, body, "poll $")
                return
            if body.keys() != _RUNNING or time.monotonic() > deadline:
                operation.call.differences.append(Difference("poll", f"while it runs: {body}"))
                return
            yield _WAITING

    def _result(self, exchange: Exchange, operation: _Operation) -> Iterator[bool]:
        if exchange.status == 202:
            return
        deadline = time.monotonic() + OPERATION_TIMEOUT
        while operation.result_url:
            response = self._client.send("GET", operation.result_url)
            if response.status_code == exchange.status:
                self.outcome.polls += 1
                operation.call.differences += self._compare(exchange.answer, response.json() if response.content else None, "result $")
                return
            if response.status_code != 202 or time.monotonic() > deadline:
                operation.call.differences.append(Difference("result status", f"recorded {exchange.status}, got {response.status_code}"))
                return
            yield _WAITING
