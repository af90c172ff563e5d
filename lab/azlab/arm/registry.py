"""All resource types of the control plane, found in the folders below `arm/compute` and `arm/network`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from azlab.arm import compute, network
from azlab.arm.core.types import ResourceType
from azlab.store import Resource


def discover() -> Iterator[ResourceType]:
    """Every `TYPE` of a module below the providers' folders."""
    for provider in (compute, network):
        for module in pkgutil.walk_packages(provider.__path__, f"{provider.__name__}."):
            declared = getattr(importlib.import_module(module.name), "TYPE", None)
            if isinstance(declared, ResourceType):
                yield declared


TYPES = {each.full_name.lower(): each for each in discover()}
"""The resource types by their full name in lower case."""

SINCE = {name: each.since for name, each in TYPES.items()}
"""The properties of each type that older api-versions do not show."""


def settle(resource: Resource) -> None:
    """Give a resource of any type its provisioning state after an operation on it failed."""
    TYPES[resource.type.lower()].settle(resource)
