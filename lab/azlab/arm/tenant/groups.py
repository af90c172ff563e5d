"""What every resource provider stands on: subscription, tenants, locations, providers, resource groups."""

from __future__ import annotations

import base64
import re
import uuid
from typing import Any

from azlab.arm.compute import errors
from azlab.arm.core.lab import Lab, now
from azlab.arm.http.calls import COMPUTE, NETWORK, Answer, Call, Route, checked_tags, location_of
from azlab.settings import LOCATIONS
from azlab.store import Resource

_ROOT = "/subscriptions/{subscription}"
_GROUPS = _ROOT + "/resourceGroups"
_TYPE = "Microsoft.Resources/resourceGroups"
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


def providers(call: Call) -> Answer:
    """All resource providers."""
    return Answer(200, {"value": [_provider(call, namespace) for namespace in _TYPES]})


def provider(call: Call) -> Answer:
    """One resource provider and its types; registering it changes nothing, they all are registered."""
    for namespace in _TYPES:
        if namespace.lower() == call.path["namespace"].lower():
            return Answer(200, _provider(call, namespace))
    raise errors.NO_NAMESPACE(namespace=call.path["namespace"])


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


def group_id(lab: Lab, name: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{lab.settings.subscription}/resourceGroups/{name}"


def put_group(call: Call) -> Answer:
    """Create a resource group, or change its tags."""
    location, tags = location_of(call.body, _TYPE), checked_tags(call.body)
    id = group_id(call.lab, call.group)
    with call.lab.store.lock:
        known = call.lab.store.find(id)
        if known and known.location != location:
            raise errors.OTHER_GROUP_LOCATION(location=location, there=known.location)
        group = known or Resource(id, _TYPE, call.group, call.group, _group_body(id, call.group, location))
        if tags is not None:
            group.body["tags"] = tags
        call.lab.store.put(group)
    return Answer(200 if known else 201, group.body)


def _group_body(id: str, name: str, location: str) -> dict[str, Any]:
    return {"id": id, "name": name, "type": _TYPE, "location": location, "properties": {"provisioningState": "Succeeded"}}


def _group(call: Call) -> Resource:
    group = call.lab.store.find(group_id(call.lab, call.group))
    if group is None:
        raise errors.NO_GROUP(group=call.group)
    return group


def get_group(call: Call) -> Answer:
    """One resource group."""
    return Answer(200, _group(call).body)


def head_group(call: Call) -> Answer:
    """Whether a resource group exists."""
    return Answer(404 if call.lab.store.find(group_id(call.lab, call.group)) is None else 204)


def patch_group(call: Call) -> Answer:
    """Change the tags of a resource group."""
    with call.lab.store.lock:
        group = _group(call)
        tags = checked_tags(call.body)
        if tags is not None:
            group.body["tags"] = tags
        call.lab.store.put(group)
    return Answer(200, group.body)


def list_groups(call: Call) -> Answer:
    """All resource groups."""
    return Answer(200, {"value": [group.body for group in call.lab.store.list(_TYPE.lower())]})


def delete_group(call: Call) -> Answer:
    """Delete a group with everything in it. The Location is polled until it answers 200."""
    from azlab.arm.tenant.group_deletion import delete_everything

    group = _group(call)
    id = base64.urlsafe_b64encode(uuid.uuid4().bytes * 3).decode().rstrip("=")
    record = {"id": id, "status": "InProgress", "startTime": now(), "resource": group.id}
    call.lab.operations.run(record, lambda: delete_everything(call.lab, group), call.fault)
    return Answer(202, None, _group_headers(call, id))


def _group_headers(call: Call, id: str) -> dict[str, str]:
    url = f"{call.host}/subscriptions/{call.lab.settings.subscription}/operationresults/{id}?api-version={call.version}"
    return {"Location": url, "Retry-After": "0" if call.lab.settings.hurry else "15"}


def group_deletion(call: Call) -> Answer:
    """How far the deletion of a group has come. Its error has keys with capitals (recorded)."""
    record = call.lab.store.find_operation(call.path["operation"])
    if record is None:
        raise errors.NO_ENTITY()
    if record["status"] == "InProgress":
        return Answer(202, None, _group_headers(call, record["id"]))
    if record["status"] == "Failed":
        return Answer(record.get("http", 409), {"Error": {key.capitalize(): value for key, value in record["error"].items()}})
    return Answer(200)


def list_resources(call: Call) -> Answer:
    """All resources, of a group or of the subscription, in short."""
    group = call.path.get("group")
    keys = ("id", "name", "type", "location", "tags", "sku")
    wanted = _filtered_type(call.query.get("$filter", ""))
    found = [resource for resource in call.lab.store.list(wanted, group) if "/providers/" in resource.id and resource.type.count("/") == 1]
    return Answer(200, {"value": [{key: each.body[key] for key in keys if key in each.body} for each in found]})


def _filtered_type(text: str) -> str | None:
    """The type that a $filter asks for. Of Azure's filters the lab knows this one alone, and refuses the others."""
    match = re.fullmatch(r"\s*(?:resourceType\s+eq\s+'([^']+)')?\s*", text, re.IGNORECASE)
    if match is None:
        raise errors.BAD_FILTER(filter=text)
    return match[1]


ROUTES = [
    Route("GET", "/subscriptions", subscriptions, "subscription.list"),
    Route("GET", _ROOT, subscription, "subscription.get"),
    Route("GET", "/tenants", tenants, "tenant.list"),
    Route("GET", _ROOT + "/locations", locations, "location.list"),
    Route("GET", _ROOT + "/providers", providers, "provider.list"),
    Route("GET", _ROOT + "/providers/{namespace}", provider, "provider.get"),
    Route("POST", _ROOT + "/providers/{namespace}/register", provider, "provider.register"),
    Route("GET", _GROUPS, list_groups, "group.list"),
    Route("PUT", _GROUPS + "/{group}", put_group, "group.put"),
    Route("GET", _GROUPS + "/{group}", get_group, "group.get"),
    Route("HEAD", _GROUPS + "/{group}", head_group, "group.head"),
    Route("PATCH", _GROUPS + "/{group}", patch_group, "group.patch"),
    Route("DELETE", _GROUPS + "/{group}", delete_group, "group.delete"),
    Route("GET", _ROOT + "/operationresults/{operation}", group_deletion, "group.deletion"),
    Route("GET", _GROUPS + "/{group}/resources", list_resources, "resource.list"),
    Route("GET", _ROOT + "/resources", list_resources, "resource.list"),
]
