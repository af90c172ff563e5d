"""Refusals by ARM itself about the path and the api-version of a request: subscription, resource group, provider, type, method."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ISSUE, RECORDED

NO_API_VERSION = Refusal(
    400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.", ISSUE, True
)
NO_SUBSCRIPTION = Refusal(404, "SubscriptionNotFound", "The subscription '{subscription}' could not be found.", ISSUE, gateway=True)
NO_GROUP = Refusal(404, "ResourceGroupNotFound", "Resource group '{group}' could not be found.", RECORDED, gateway=True)
NO_NAMESPACE = Refusal(404, "InvalidResourceNamespace", "The resource namespace '{namespace}' is invalid.", ISSUE, gateway=True)
NO_TYPE = Refusal(
    404,
    "InvalidResourceType",
    "The resource type '{type}' could not be found in the namespace '{namespace}' for api version '{version}'.",
    ISSUE,
    gateway=True,
)
NO_METHOD = Refusal(405, "HttpMethodNotAllowed", "The requested resource does not support http method '{method}'.", ISSUE, gateway=True)
