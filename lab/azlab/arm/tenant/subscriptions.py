"""The one tenant of a lab, its subscriptions, and the regions that it knows.

A lab has one subscription, and with a seed that of a neighbour (`arm/compute/others`). The file `<state>/subscriptions.json` adds others: a
JSON list of their ids, which is read with each request.
"""

from __future__ import annotations

import json

from azlab.arm.compute.others.generate import neighbour
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import Answer, Call, Route
from azlab.settings import LOCATIONS, Settings

FILE = "subscriptions.json"
_ROOT = "/subscriptions/{subscription}"
_WITH_CREDIT = ("msdn", "freetrial", "mpn", "azureforstudents")
"""Kinds of contracts: https://learn.microsoft.com/azure/cost-management-billing/manage/spending-limit"""


def known_subscriptions(settings: Settings) -> list[str]:
    """The ids of all subscriptions, that of the lab's client first."""
    path = settings.state / FILE
    others = json.loads(path.read_text()) if path.exists() else []
    seed = settings.catalogue_seed
    neighbours = [] if seed is None else [neighbour(seed)]
    return [settings.subscription, *neighbours, *(str(each).lower() for each in others)]


def list_subscriptions(call: Call) -> Answer:
    """List the subscriptions."""
    known = known_subscriptions(call.lab.settings)
    return Answer(200, {"value": [_body(call.lab, each) for each in known], "count": {"type": "Total", "value": len(known)}})


def show_subscription(call: Call) -> Answer:
    """Show one subscription."""
    return Answer(200, _body(call.lab, call.subscription))


def _body(lab: Lab, subscription: str) -> Json:
    quota_id = str(lab.faults.setting("quota_id") or lab.settings.quota_id)
    return {
        "id": f"/subscriptions/{subscription}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription,
        "tenantId": lab.settings.tenant,
        "displayName": "azlab",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": quota_id,
            "spendingLimit": _spending_limit(quota_id),
        },
    }


def _spending_limit(quota_id: str) -> str:
    """Whether the subscription has a spending limit: those with a monthly credit have one."""
    return "On" if quota_id.partition("_")[0].lower() in _WITH_CREDIT else "Off"


def list_tenants(call: Call) -> Answer:
    """List the one tenant."""
    tenant = call.lab.settings.tenant
    return Answer(200, {"value": [{"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": "azlab", "tenantCategory": "Home"}]})


def list_locations(call: Call) -> Answer:
    """List the regions of this cloud."""
    root = f"/subscriptions/{call.subscription}/locations"
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
