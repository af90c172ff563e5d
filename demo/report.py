"""The frame of the demo: random names, one line of narration per act, and the report that `jq` reads."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .guest import Person, word


class ProofFailed(Exception):
    """A check of the proof did not hold, or could not be made."""


@dataclass
class Act:
    """One act of the report: its facts, and the checks that must hold."""

    name: str
    facts: dict[str, Any] = field(default_factory=dict)
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def check(self, name: str, holds: bool, **evidence: Any) -> None:
        """Record evidence for one check; a check holds when all its evidence does."""
        known = self.checks.setdefault(name, {"ok": True})
        if not holds:
            known["ok"] = False
            known.pop("unproven", None)  # what is not so needs no proof
        known.update(evidence)

    def unproven(self, name: str, reason: str, **evidence: Any) -> None:
        """Record that one check could not be made: it does not hold, though nothing was seen to speak against it."""
        known = self.checks.setdefault(name, {"ok": True})
        if known["ok"]:
            known.update(ok=False, unproven=reason)
        known.update(evidence)

    @contextmanager
    def checking(self, name: str) -> Iterator[None]:
        """What is done inside is what one check is about: an error is evidence against it, and still ends the act."""
        try:
            yield
        except Exception as error:
            self.check(name, False, error=str(error))
            raise

    @property
    def failure(self) -> str:
        """Which checks do not hold: first what is not so, then, for each reason, what was not proven."""
        kinds: dict[str, list[str]] = {}
        for name, check in self.checks.items():
            if not check["ok"]:
                kinds.setdefault(check.get("unproven", ""), []).append(name)
        refuted = [f"not so: {', '.join(kinds.pop(''))}"] if "" in kinds else []
        return "; ".join([*refuted, *(f"nothing was proven about: {', '.join(names)} ({reason})" for reason, names in kinds.items())])


@dataclass
class Story:
    """One run: where it works, who is in it, and what was seen."""

    work: Path
    report: Path
    spoil: str = ""
    began: float = field(default_factory=time.monotonic)
    acts: list[dict[str, Any]] = field(default_factory=list)
    location: str = "westeurope"
    group: str = field(default_factory=lambda: word("rg-"))
    base_image: str = field(default_factory=lambda: word("base-"))
    golden_image: str = field(default_factory=lambda: word("golden-"))
    vm: str = field(default_factory=lambda: word("vm-"))
    host_name: str = field(default_factory=lambda: word("host"))
    clone: str = field(default_factory=lambda: word("clone-"))
    restored: str = field(default_factory=lambda: word("restored-"))
    clone_host_name: str = field(default_factory=lambda: word("host"))
    marker: str = field(default_factory=lambda: word("marker-"))
    disk_markers: dict[int, str] = field(default_factory=lambda: {0: word("lun0-"), 5: word("lun5-")})

    def __post_init__(self) -> None:
        self.first = Person.invent(self.work / "keys")
        self.second = Person.invent(self.work / "keys")

    @contextmanager
    def act(self, name: str, sentence: str) -> Iterator[Act]:
        """Tell one act, time it, and write the report again, whatever comes out."""
        print(f"{len(self.acts) + 1}. {sentence}", flush=True)
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
        self.report.parent.mkdir(parents=True, exist_ok=True)
        seen = {"ok": ok, "seconds": round(time.monotonic() - self.began, 1), "acts": self.acts}
        self.report.write_text(json.dumps(seen, indent=2) + "\n")
