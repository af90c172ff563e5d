"""Refusals of ARM's front door, given before any resource provider is asked: sign-in, paths, api-versions, bodies."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, ISSUE, RECORDED

NO_TOKEN = Refusal(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", ISSUE, True)
BAD_TOKEN = Refusal(401, "InvalidAuthenticationToken", "The access token is invalid.", ISSUE, True)
EXPIRED_TOKEN = Refusal(
    401, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time.", ISSUE, True
)
NO_API_VERSION = Refusal(
    400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.", ISSUE, True
)
NO_SUBSCRIPTION = Refusal(404, "SubscriptionNotFound", "The subscription '{subscription}' could not be found.", ISSUE, True)
NO_GROUP = Refusal(404, "ResourceGroupNotFound", "Resource group '{group}' could not be found.", RECORDED, True)
NO_NAMESPACE = Refusal(404, "InvalidResourceNamespace", "The resource namespace '{namespace}' is invalid.", ISSUE, True)
NO_TYPE = Refusal(
    404,
    "InvalidResourceType",
    "The resource type '{type}' could not be found in the namespace '{namespace}' for api version '{version}'.",
    ISSUE,
    True,
)
NO_METHOD = Refusal(405, "HttpMethodNotAllowed", "The requested resource does not support http method '{method}'.", ISSUE, True)
BAD_JSON = Refusal(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized: '{detail}'.", ISSUE, True)
NO_LOCATION = Refusal(400, "LocationRequired", "The location property is required for this definition.", ISSUE, True)
BAD_LOCATION = Refusal(
    400,
    "LocationNotAvailableForResourceType",
    "The provided location '{location}' is not available for resource type '{type}'."
    " List of available regions for the resource type is '{known}'.",
    ISSUE,
    True,
)
BAD_TAGS = Refusal(
    400, "InvalidTagNameCharacters", "The tag names '{names}' have reserved characters '<>%&\\?/' or control characters.", ISSUE, True
)
LONG_TAG = Refusal(
    400,
    "InvalidTagValueLength",
    "Tag value too large. Following tag value '{value}' exceeded the maximum length."
    " Maximum allowed length for tag value - '256' characters.",
    ISSUE,
    True,
)
MANY_TAGS = Refusal(400, "InvalidTags", "Number of tags exceeded the maximum allowed value - '50'.", ASSUMED, True)
LAB_FAILED = Refusal(500, "InternalServerError", "The lab failed; see its log arm.log.", ASSUMED)
