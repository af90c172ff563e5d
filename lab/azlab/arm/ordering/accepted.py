"""Which terms a subscription has accepted. `<state>/agreements.json` holds them: subscription -> plan -> what is known.

    {"<subscription>": {"<publisher>:<offer>:<plan>": {"accepted": true, "tries": 0}}}

`tries` counts the VMs that were asked for since the terms were accepted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from azlab.arm.compute.marketplace.tables import Plan
from azlab.arm.core.lab import Lab

FILE = "agreements.json"


def is_signed(lab: Lab, subscription: str, plan: Plan) -> bool:
    """Whether the terms of a plan were ever accepted, even if that was taken back."""
    return _key(plan) in _read(lab).get(subscription, {})


def is_accepted(lab: Lab, subscription: str, plan: Plan) -> bool:
    """Whether the terms of a plan are accepted."""
    return bool(_read(lab).get(subscription, {}).get(_key(plan), {}).get("accepted"))


def accept(lab: Lab, subscription: str, plan: Plan, accepted: bool) -> None:
    """Accept the terms of a plan, or take that back."""
    with lab.store.lock:
        known = _read(lab)
        known.setdefault(subscription, {})[_key(plan)] = {"accepted": accepted, "tries": 0}
        _write(lab, known)


def count_try(lab: Lab, subscription: str, plan: Plan) -> int:
    """Count a VM that is asked for under an accepted plan; returns how many there were before."""
    with lab.store.lock:
        known = _read(lab)
        agreement = known[subscription][_key(plan)]
        agreement["tries"] += 1
        _write(lab, known)
        return int(agreement["tries"]) - 1


def _key(plan: Plan) -> str:
    return f"{plan.publisher}:{plan.product}:{plan.name}".lower()


def _path(lab: Lab) -> Path:
    return lab.settings.state / FILE


def _read(lab: Lab) -> dict[str, Any]:
    path = _path(lab)
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _write(lab: Lab, known: dict[str, Any]) -> None:
    """Replace the file in one step, so that a reader never sees half of it."""
    fresh = _path(lab).with_suffix(".new")
    fresh.write_text(json.dumps(known, indent=2) + "\n")
    fresh.replace(_path(lab))
