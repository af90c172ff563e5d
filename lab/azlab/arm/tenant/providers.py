"""Resource providers and the types that each of them offers."""

from __future__ import annotations

from typing import Any

from azlab.arm.http import errors as http_errors
from azlab.arm.http.calls import COMPUTE, NETWORK, Answer, Call, Route
from azlab.settings import LOCATIONS

_ROOT = "/subscriptions/{subscription}/providers"
_TYPES = {
    COMPUTE: ("virtualMachines", "disks", "snapshots", "images", "locations/operations", "locations/DiskOperations"),
    NETWORK: ("virtualNetworks", "virtualNetworks/subnets", "networkInterfaces", "locations/operations"),
    "Microsoft.Resources": ("subscriptions", "resourceGroups", "subscriptions/resourceGroups"),
}
_VERSIONS = {
    COMPUTE: ["2026-04-01", "2026-03-02", "2025-04-01", "2024-11-01", "2024-07-01", "2024-03-02", "2023-04-02", "2022-11-01", "2020-12-01"],
    NETWORK: ["2024-05-01", "2023-11-01", "2022-07-01", "2020-11-01"],
    "Microsoft.Resources": ["2024-11-01", "2022-12-01", "2021-04-01"],
}


def providers(call: Call) -> Answer:
    """All resource providers."""
    return Answer(200, {"value": [_provider(call, namespace) for namespace in _TYPES]})


def provider(call: Call) -> Answer:
    """One resource provider and its types; registering it changes nothing, they all are registered."""
    for namespace in _TYPES:
        if namespace.lower() == call.path["namespace"].lower():
            return Answer(200, _provider(call, namespace))
    raise http_errors.NO_NAMESPACE(namespace=call.path["namespace"])


def _provider(call: Call, namespace: str) -> dict[str, Any]:
    types = [
        {"resourceType": name, "locations": list(LOCATIONS.values()), "apiVersions": _VERSIONS[namespace], "capabilities": "None"}
        for name in _TYPES[namespace]
    ]
    return {
        "id": f"/subscriptions/{call.lab.settings.subscription}/providers/{namespace}",
        "namespace": namespace,
        "resourceTypes": types,
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
    }


ROUTES = [
    Route("GET", _ROOT, providers, "provider.list"),
    Route("GET", _ROOT + "/{namespace}", provider, "provider.get"),
    Route("POST", _ROOT + "/{namespace}/register", provider, "provider.register"),
]
