# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tiers named on the command line, or all of them: `python -m scripts.testing [TIER ...]`."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from . import engine, hives, lint, pytests, sanity, scenarios
from .counts import Counts
from .paths import BUILD, LOGS
from .running import log_of, stop_all

Tier = Callable[[], Counts]
# In the order in which they start, two at a time on two cores: the longest first, and the one that can use both cores last.
TIERS: dict[str, Tier] = {
    "guest": pytests.guest,
    "contract": pytests.contract,
    "lint": lint.lint,
    "unit": pytests.unit,
    "windows": pytests.windows,
    "sanity": sanity.sanity,
    "molecule": scenarios.molecule,
    "lab": pytests.lab,
}
# Parts of a tier that are left out on purpose, by tier.
EXCEPTED = {"sanity": list(sanity.EXCEPTED)}
AT_ONCE = 2
TAIL = 40
REPORTS = re.compile(r"(ERROR|FATAL|FAILED|E  |fatal: )")

_say = threading.Lock()


def say(text: str) -> None:
    """Print one complete line, even while another thread prints."""
    with _say:
        print(text, flush=True)


def run_tier(name: str) -> tuple[Counts, float]:
    """Run one tier and print its result, and the end of its log if something failed."""
    say(f"{name:<9} started, output in {log_of(name).relative_to(BUILD.parent)}")
    begun = time.monotonic()
    try:
        counts = TIERS[name]()
    except Exception:  # a mistake in the runner itself fails this tier and leaves the others their results
        with log_of(name).open("a") as log:
            traceback.print_exc(file=log)
        counts = Counts(failed=1)
    seconds = time.monotonic() - begun
    say(f"{name:<9} {counts}, in {seconds:.0f} s")
    if counts.failed:
        say("\n".join(f"{name:<9} | {line}" for line in what_failed(name)))
    return counts, seconds


def what_failed(name: str) -> list[str]:
    """The lines in the log of a tier that report errors, and its last lines."""
    lines = log_of(name).read_text(errors="replace").splitlines() if log_of(name).exists() else []
    return [line for line in lines[:-TAIL] if REPORTS.match(line)][:TAIL] + lines[-TAIL:]


def write_report(results: dict[str, tuple[Counts, float]]) -> bool:
    """Write build/test.json and print the totals. True if every tier has passed tests, and none that failed, were skipped or deselected."""
    ok = all(counts.passed and not (counts.failed or counts.skipped or counts.deselected) for counts, _ in results.values())
    tiers = {name: asdict(counts) | {"seconds": round(seconds)} for name, (counts, seconds) in results.items()}
    (BUILD / "test.json").write_text(json.dumps({"ok": ok, "tiers": tiers, "excepted": _excepted(results)}, indent=2) + "\n")
    for name, parts in _excepted(results).items():
        say(f"left out of {name} on purpose (docs/decisions/tests.md): {', '.join(parts)}")
    for needed in (engine, hives):
        for name, parts in needed.left_out().items():
            if name in results:
                say(f"left out of {name}, because {needed.VARIABLE} does not name {needed.WHAT}: {', '.join(parts)}")
    total = sum((counts for counts, _ in results.values()), Counts())
    empty = [name for name, (counts, _) in results.items() if not counts.passed]
    if empty:
        say(f"no test passed in: {', '.join(empty)}")
    left_out = [name for name, (counts, _) in results.items() if counts.skipped or counts.deselected]
    if left_out:
        say(f"tests were skipped or deselected in: {', '.join(left_out)}")
    say(f"total: {total.passed} passed, {total.failed} failed")
    return ok


def _excepted(results: dict[str, tuple[Counts, float]]) -> dict[str, list[str]]:
    """The tests that the tiers that ran leave out on purpose."""
    return {name: parts for name, parts in EXCEPTED.items() if name in results}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("tiers", nargs="*", metavar="TIER", help=f"of {', '.join(TIERS)}; all when none is named")
    chosen = parser.parse_args().tiers or list(TIERS)
    unknown = sorted(set(chosen) - set(TIERS))
    if unknown:
        parser.error(f"there is no tier called {', '.join(unknown)}; there are {', '.join(TIERS)}")
    (BUILD / "test.json").unlink(missing_ok=True)
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            futures = {name: pool.submit(run_tier, name) for name in TIERS if name in chosen}
            results = {name: future.result() for name, future in futures.items()}
        except KeyboardInterrupt:
            say("stopping the tests and their labs")
            pool.shutdown(wait=False, cancel_futures=True)
            stop_all()
            return 130
    return 0 if write_report(results) else 1


if __name__ == "__main__":
    sys.exit(main())
