"""The report of the demo: one line on the terminal per act, and a JSON file of all facts and checks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class ProofFailed(Exception):
    """A check of an act failed, or could not be made."""


@dataclass
class Act:
    """One act of the report: its facts, and the checks that must hold."""

    name: str
    facts: dict[str, Any] = field(default_factory=dict)
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def check(self, name: str, holds: bool, **evidence: Any) -> None:
        """Record evidence for one check; a check passes if all its evidence holds."""
        known = self.checks.setdefault(name, {"ok": True})
        if not holds:
            known["ok"] = False
            known.pop("unproven", None)  # a refuted check needs no proof
        known.update(evidence)

    def unproven(self, name: str, reason: str, **evidence: Any) -> None:
        """Record that one check could not be made: it fails, although there is no evidence against it."""
        known = self.checks.setdefault(name, {"ok": True})
        if known["ok"]:
            known.update(ok=False, unproven=reason)
        known.update(evidence)

    @contextmanager
    def checking(self, name: str) -> Iterator[None]:
        """Record an error raised inside the block as evidence against one check; the error still ends the act."""
        try:
            yield
        except Exception as error:
            self.check(name, False, error=str(error))
            raise

    @property
    def failure(self) -> str:
        """The checks that failed: first the refuted ones, then, for each reason, those that could not be made; empty if all passed."""
        kinds: dict[str, list[str]] = {}
        for name, check in self.checks.items():
            if not check["ok"]:
                kinds.setdefault(check.get("unproven", ""), []).append(name)
        refuted = [f"failed checks: {', '.join(kinds.pop(''))}"] if "" in kinds else []
        return "; ".join([*refuted, *(f"not proven: {', '.join(names)} ({reason})" for reason, names in kinds.items())])


@dataclass
class Report:
    """The acts of one run, and the JSON file that shows them."""

    path: Path
    started: float = field(default_factory=time.monotonic)
    acts: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def act(self, name: str, title: str) -> Iterator[Act]:
        """Print the title of one act, time the act, and write the report again whether the act succeeds or fails."""
        print(f"{len(self.acts) + 1}. {title}", flush=True)
        act, start, error = Act(name), time.monotonic(), ""
        try:
            yield act
            if act.failure:
                raise ProofFailed(f"{name}: {act.failure}")
        except BaseException as caught:
            error = str(caught) or type(caught).__name__
            raise
        finally:
            entry = {"name": name, "seconds": round(time.monotonic() - start, 1), "ok": not error, "facts": act.facts, "checks": act.checks}
            self.acts.append({**entry, "error": error} if error else entry)
            self.write(ok=False)
            print(f"   {'ok' if not error else 'FAILED: ' + error} ({entry['seconds']} s)", flush=True)

    def write(self, ok: bool) -> None:
        """Write the JSON file; `ok` says whether the run has succeeded."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = {"ok": ok, "seconds": round(time.monotonic() - self.started, 1), "acts": self.acts}
        self.path.write_text(json.dumps(content, indent=2) + "\n")
