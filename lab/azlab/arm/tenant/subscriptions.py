"""The one tenant and the one subscription of a lab, and the regions that it knows."""

from __future__ import annotations

from typing import Any

from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import Answer, Call, Route
from azlab.settings import LOCATIONS

_ROOT = "/subscriptions/{subscription}"


def subscriptions(call: Call) -> Answer:
    """The one subscription, as a list."""
    return Answer(200, {"value": [_subscription(call.lab)], "count": {"type": "Total", "value": 1}})


def subscription(call: Call) -> Answer:
    """The one subscription."""
    return Answer(200, _subscription(call.lab))


def _subscription(lab: Lab) -> dict[str, Any]:
    settings = lab.settings
    return {
        "id": f"/subscriptions/{settings.subscription}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": settings.subscription,
        "tenantId": settings.tenant,
        "displayName": "azlab",
        "state": "Enabled",
        "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"},
    }


def tenants(call: Call) -> Answer:
    """The one tenant, as a list."""
    tenant = call.lab.settings.tenant
    return Answer(200, {"value": [{"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": "azlab", "tenantCategory": "Home"}]})


def locations(call: Call) -> Answer:
    """The regions that this cloud knows."""
    root = f"/subscriptions/{call.lab.settings.subscription}/locations"
    value = [
        {
            "id": f"{root}/{name}",
            "name": name,
            "type": "Region",
            "displayName": display,
            "regionalDisplayName": display,
            "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
        }
        for name, display in LOCATIONS.items()
    ]
    return Answer(200, {"value": value})


ROUTES = [
    Route("GET", "/subscriptions", subscriptions, "subscription.list"),
    Route("GET", _ROOT, subscription, "subscription.get"),
    Route("GET", "/tenants", tenants, "tenant.list"),
    Route("GET", _ROOT + "/locations", locations, "location.list"),
]
