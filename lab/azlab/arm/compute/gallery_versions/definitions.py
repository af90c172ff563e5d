"""The facts about an image definition that the checks of its versions need."""

from __future__ import annotations

from azlab.arm.compute.gallery_images import features
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.store import Resource

STANDARD = "Standard"


def definition_of(lab: Lab, version_id: str) -> Resource | None:
    """The image definition of a version."""
    return lab.store.find(version_id.rsplit("/", 2)[0])


def security_type(definition: Resource) -> str:
    """The security type of an image definition."""
    return features.security_type(definition.properties.get("features") or [])


def plan_of(definition: Resource) -> Json | None:
    """The purchase plan of an image definition."""
    return definition.properties.get("purchasePlan") or None
