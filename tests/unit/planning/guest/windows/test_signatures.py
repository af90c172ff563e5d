# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The known failures of Sysprep are found in its logs, and only in the lines of this run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.reading import parse_reading
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.signatures import SIGNATURES, find

from tests.support.windows.readings import APPX, HARMLESS, LOGS, STARTED, answer, line

EARLIEST = STARTED.replace(tzinfo=None)


def found(lines: list[str], earliest: datetime = EARLIEST) -> str | None:
    """The id of the signature in a setuperr.log, which is read as the task reads it."""
    reading = parse_reading(answer(300, setuperr_tail=lines, setupact_tail=[]))
    hit = find((reading.setuperr_tail, reading.setupact_tail), earliest)
    return hit.signature.id if hit else None


def test_each_signature_has_a_log() -> None:
    assert [signature.id for signature in SIGNATURES] == list(LOGS)


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda each: each.id)
def test_a_signature_is_complete(signature: object) -> None:
    assert all(getattr(signature, each.name) for each in fields(signature))  # type: ignore[arg-type]
    assert getattr(signature, "source").startswith("https://")  # noqa: B009


FORMS: dict[str, Callable[[list[str]], list[str]]] = {
    "lines": lambda lines: lines,
    "one text with CRLF": lambda lines: ["\r\n".join(lines) + "\r\n"],
    "marked as UTF-8": lambda lines: ["\ufeff" + lines[0], *lines[1:]],
    "UTF-16 read as bytes": lambda lines: ["\xff\xfe" + "\0".join(lines[0]), *("\0".join(each) for each in lines[1:])],
    "among lines that explain nothing": lambda lines: [line(5, HARMLESS[0]), *lines, line(20, HARMLESS[1])],
    "with another level": lambda lines: [each.replace(", Error", ", Fehler") for each in lines],
    "continued in a line without a time": lambda lines: [each.replace(" SYSPRP", " SYSPRP\r\n   ", 1) for each in lines],
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("signature", LOGS)
def test_a_failure_is_found(signature: str, form: Callable[[list[str]], list[str]]) -> None:
    assert found(form([line(10 + number, message) for number, message in enumerate(LOGS[signature])])) == signature


@pytest.mark.parametrize("signature", [each for each in LOGS if any(re.search(r"0x[0-9a-f]{8}\b|-\d{10}", line) for line in LOGS[each])])
def test_a_failure_is_found_by_its_code_alone(signature: str) -> None:
    """Windows translates words; the codes stay."""
    codes = [code for message in LOGS[signature] for code in re.findall(r"0x[0-9A-Fa-f]{8}\b|-\d{10}", message)]
    prefix = "spopk.dll:: " if signature == "servicing_busy" else ""
    assert {found([line(10, f"SYSPRP {prefix}Fehler beim Überprüfen; hr = {code}")]) for code in codes} == {signature}


@pytest.mark.parametrize("signature", LOGS)
def test_a_failure_of_an_earlier_run_is_not_that_of_this_one(signature: str) -> None:
    assert found([line(-10, message) for message in LOGS[signature]]) is None


@pytest.mark.parametrize("signature", LOGS)
def test_a_line_that_reports_progress_is_not_a_failure(signature: str) -> None:
    assert found([line(10, message, "Info") for message in LOGS[signature]]) is None


def test_the_line_that_continues_an_old_one_is_old() -> None:
    assert found([line(-10, "SYSPRP begins"), APPX]) is None
    assert found([line(10, "SYSPRP begins"), APPX]) == "appx"


def test_a_line_without_any_time_before_it_is_of_no_known_run() -> None:
    assert found([APPX]) is None


@pytest.mark.parametrize("zone", [-480, 0, 60, 330])
def test_lines_have_local_time(zone: int) -> None:
    local = line(0, "", zone=zone)[:19]
    earliest = datetime.fromisoformat(local)
    assert found([line(10, APPX, zone=zone)], earliest) == "appx"
    assert found([line(-10, APPX, zone=zone)], earliest) is None


@pytest.mark.parametrize("message", HARMLESS)
def test_an_error_alone_explains_nothing(message: str) -> None:
    assert found([line(10, message)]) is None


@pytest.mark.parametrize("garbage", ["", "\0\0", "9999-99-99 99:99:99, Error SYSPRP 0x80310039", "<xml/>", "2026-11-28", "x" * 100_000])
def test_garbage_is_not_a_failure(garbage: str) -> None:
    assert found([garbage]) is None


def test_the_cause_is_found_among_its_effects() -> None:
    """Each failure is followed by lines of the module that launches providers, and by those of the runs after it."""
    effects = [*LOGS["provider"], *LOGS["earlier_failure"]]
    for signature in list(LOGS)[:-2]:
        assert found([line(10, message) for message in (*effects, *LOGS[signature])]) == signature


def test_the_message_is_that_of_the_first_line() -> None:
    second = APPX.replace("GameAssist", "Other")
    hit = find(([line(10, APPX), line(11, second)],), EARLIEST)
    assert hit is not None
    assert hit.message == APPX
