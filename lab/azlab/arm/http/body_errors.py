"""Refusals by ARM itself about the body of a request: its JSON, its location and its tags."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE

BAD_JSON = Refusal(
    400, "InvalidRequestContent", "The request content was invalid and could not be deserialized: '{detail}'.", ISSUE, gateway=True
)
NO_LOCATION = Refusal(400, "LocationRequired", "The location property is required for this definition.", ISSUE, gateway=True)
BAD_LOCATION = Refusal(
    400,
    "LocationNotAvailableForResourceType",
    "The provided location '{location}' is not available for resource type '{type}'."
    " List of available regions for the resource type is '{known}'.",
    ISSUE,
    gateway=True,
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
    gateway=True,
)
TWIN_TAGS = Refusal(
    400, "InvalidTags", "The tag names '{names}' are the same: tag names are compared without regard to case.", ASSUMED, gateway=True
)
LONG_TAGS = Refusal(
    400,
    "InvalidParameter",
    "The total length of all tag names and values is {total} characters. A virtual machine is limited to a total of 2048 characters.",
    DOCUMENTED,
)
"""The rule is documented, the text is not. A user saw a VM with more (MicrosoftDocs/azure-docs#34833)."""
MANY_TAGS = Refusal(400, "InvalidTags", "Number of tags exceeded the maximum allowed value - '50'.", ASSUMED, gateway=True)
