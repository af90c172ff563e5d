"""The facts that a source of a version states about the system on it, compared with the image definition."""

from __future__ import annotations

import json
from dataclasses import dataclass

from azlab.arm.compute.gallery_versions import source_errors
from azlab.arm.compute.gallery_versions.definitions import STANDARD, plan_of, security_type
from azlab.arm.compute.gallery_versions.security import VM_KIND, check_security
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.refusals import AzureError
from azlab.store import Resource


@dataclass(frozen=True)
class Facts:
    """The facts that a source states about the system on it. Those that it does not state are None, and are not compared."""

    id: str
    kind: str
    """One of the kinds in `security.py`."""
    os_type: str | None = None
    os_state: str | None = None
    generation: str | None = None
    plan: Json | None = None
    security: str = STANDARD


def check_facts(lab: Lab, facts: Facts, definition: Resource) -> None:
    """Refuse a source that does not fit the image definition, at once."""
    check_security(lab, security_type(definition), facts.kind, facts.id, facts.security)
    wanted = definition.properties.get("osState")
    if facts.os_state in (None, wanted):
        return
    if facts.kind == VM_KIND:
        raise source_errors.OS_STATE_OF_VM(id=facts.id, wanted=wanted, actual=facts.os_state)
    raise source_errors.OS_STATE(id=facts.id, wanted=wanted, actual=facts.os_state)


def late_refusal(facts: Facts, definition: Resource) -> AzureError | None:
    """The refusal with which the operation ends that makes a version of this source: it leaves a failed version."""
    properties = definition.properties
    generation, os_type = properties.get("hyperVGeneration") or "V1", properties.get("osType")
    if facts.generation and facts.generation != generation:
        return source_errors.GENERATION(id=facts.id, actual=facts.generation, wanted=generation)
    if facts.os_type and os_type and facts.os_type != os_type:
        return source_errors.OS_TYPE(id=facts.id, actual=facts.os_type, wanted=os_type)
    if facts.plan and _key(facts.plan) != _key(plan_of(definition)):
        return source_errors.PLAN(id=facts.id, actual=_text(facts.plan), wanted=_text(plan_of(definition)))
    return None


def _key(plan: Json | None) -> tuple[str, ...] | None:
    """The parts of a purchase plan that make it the same as another one."""
    return None if plan is None else tuple(str(plan.get(name) or "").lower() for name in ("name", "publisher", "product"))


def _text(plan: Json | None) -> str:
    """A purchase plan as the refusal writes it."""
    return "null" if plan is None else json.dumps({name: plan.get(name) for name in ("name", "publisher", "product", "promotionCode")})
