"""Refusals of requests beyond a budget: by ARM, and by Resource Graph, which has its own."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, ISSUE

TOO_MANY = Refusal(
    429,
    "SubscriptionRequestsThrottled",
    "Number of '{kind}' requests for subscription '{subscription}' actor '{client}' exceeded. Please try again after '{seconds}' seconds"
    " after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.",
    ISSUE,
    gateway=True,
)
"""https://github.com/velero-io/velero/issues/9171"""
TOO_MANY_IN_TENANT = Refusal(
    429,
    "TenantRequestsThrottled",
    "Number of '{kind}' requests for tenant '{tenant}' actor '{client}' exceeded. Please try again after '{seconds}' seconds after"
    " additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.",
    ASSUMED,
    gateway=True,
)
TOO_MANY_QUERIES = Refusal(
    429,
    "RateLimiting",
    "Please provide below info when asking for support: timestamp = {time}, correlationId = {correlation}.",
    ISSUE,
)
"""https://github.com/Azure/azure-cli-extensions/issues/3325: the client waits as x-ms-user-quota-resets-after says."""
THROTTLED = Refusal(
    429,
    "RateLimiting",
    "Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed. Please see"
    " https://aka.ms/resourcegraph-throttling for help.",
    ISSUE,
)
"""The detail of TOO_MANY_QUERIES."""
