"""Resource providers and the types that each of them offers."""

from __future__ import annotations

from collections.abc import Iterable

from azlab.arm import registry
from azlab.arm.core.ids import COMPUTE, NETWORK
from azlab.arm.core.json import Json
from azlab.arm.http import path_errors
from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.ordering import agreements
from azlab.settings import LOCATIONS

_ROOT = "/subscriptions/{subscription}/providers"
_RESOURCES = "Microsoft.Resources"
_RESOURCES_VERSIONS = ("2024-11-01", "2022-12-01", "2021-04-01")
_OPERATIONS = {
    COMPUTE: ("locations/operations", "locations/DiskOperations", "locations/capsOperations"),
    NETWORK: ("locations/operations",),
}
"""The types under which a provider's long-running operations are found; they have the same versions as the provider's other types."""

_Offered = dict[str, dict[str, tuple[str, ...]]]
"""Namespace -> type -> api-versions."""


def _offered() -> _Offered:
    """All types of all providers."""
    found: _Offered = {}
    for each in registry.TYPES.values():
        found.setdefault(each.namespace, {})[each.name] = each.versions
    for namespace, names in _OPERATIONS.items():
        versions = next(iter(found[namespace].values()))
        found[namespace].update(dict.fromkeys(names, versions))
    found[_RESOURCES] = dict.fromkeys(("subscriptions", "resourceGroups", "subscriptions/resourceGroups"), _RESOURCES_VERSIONS)
    found[agreements.NAMESPACE] = dict.fromkeys(("agreements", "offertypes"), agreements.VERSIONS)
    return found


def list_providers(call: Call) -> Answer:
    """List all resource providers."""
    return Answer(200, {"value": [_body(call, namespace, types) for namespace, types in _offered().items()]})


def show_provider(call: Call) -> Answer:
    """Show one resource provider. Registering it has the same answer and changes nothing: all providers are registered."""
    for namespace, types in _offered().items():
        if namespace.lower() == call.path["namespace"].lower():
            return Answer(200, _body(call, namespace, types))
    raise path_errors.NO_NAMESPACE(namespace=call.path["namespace"])


def _body(call: Call, namespace: str, types: dict[str, tuple[str, ...]]) -> Json:
    return {
        "id": f"/subscriptions/{call.subscription}/providers/{namespace}",
        "namespace": namespace,
        "resourceTypes": [_type(name, versions) for name, versions in types.items()],
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
    }


def _type(name: str, versions: Iterable[str]) -> Json:
    return {"resourceType": name, "locations": list(LOCATIONS.values()), "apiVersions": list(versions), "capabilities": "None"}


ROUTES = [
    Route("GET", _ROOT, list_providers, "provider.list"),
    Route("GET", _ROOT + "/{namespace}", show_provider, "provider.get"),
    Route("POST", _ROOT + "/{namespace}/register", show_provider, "provider.register"),
]
