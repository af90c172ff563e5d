"""The one tenant and the one subscription of a lab, and the regions that it knows."""

from __future__ import annotations

from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import Answer, Call, Route
from azlab.settings import LOCATIONS

_ROOT = "/subscriptions/{subscription}"


def list_subscriptions(call: Call) -> Answer:
    """List the one subscription."""
    return Answer(200, {"value": [_body(call.lab)], "count": {"type": "Total", "value": 1}})


def show_subscription(call: Call) -> Answer:
    """Show the one subscription."""
    return Answer(200, _body(call.lab))


def _body(lab: Lab) -> Json:
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


def list_tenants(call: Call) -> Answer:
    """List the one tenant."""
    tenant = call.lab.settings.tenant
    return Answer(200, {"value": [{"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": "azlab", "tenantCategory": "Home"}]})


def list_locations(call: Call) -> Answer:
    """List the regions of this cloud."""
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
    Route("GET", "/subscriptions", list_subscriptions, "subscription.list"),
    Route("GET", _ROOT, show_subscription, "subscription.get"),
    Route("GET", "/tenants", list_tenants, "tenant.list"),
    Route("GET", _ROOT + "/locations", list_locations, "location.list"),
]
