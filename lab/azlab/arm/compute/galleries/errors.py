"""Refusals about galleries, and about what is nested in a gallery: image definitions and image versions."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE

BAD_GALLERY_NAME = Refusal(
    400,
    "InvalidParameter",
    "Gallery name is invalid. Allowed characters are English alphanumeric characters, with underscores, and periods allowed in the middle,"
    " up to 80 characters total. All other special characters, including dashes, are disallowed.",
    DOCUMENTED,
)
BAD_END = Refusal(
    400,
    "InvalidResourceName",
    "The provided resource name {name} has these invalid trailing characters: {end}. The name can not end with characters: {end}",
    DOCUMENTED,
    gateway=True,
)
NO_PARENT = Refusal(
    404,
    "ParentResourceNotFound",
    "Can not perform requested operation on nested resource. Parent resource '{parent}' not found.",
    DOCUMENTED,
    gateway=True,
)
NESTED_RESOURCES = Refusal(
    409,
    "CannotDeleteResource",
    "Cannot delete resource while nested resources exist. Some existing nested resource IDs include: '{nested}'."
    " Please delete all nested resources before deleting this resource.",
    ISSUE,
    gateway=True,
)
"""https://github.com/jenkins-infra/azure/pull/1544. The documentation still has an older text: "Can not delete resource before nested
resources are deleted." """
DELETING = Refusal(409, "Conflict", "The operation is not allowed on '{name}' since it is marked for deletion.", ASSUMED)
PAST_END_OF_LIFE = Refusal(400, "InvalidParameter", "EndOfLifeDate must be set to a future date.", DOCUMENTED)
BAD_DATE = Refusal(
    400,
    "InvalidRequestContent",
    "Could not convert string to DateTimeOffset: {value}. Path 'properties.{parameter}'",
    DOCUMENTED,
)
SHARED_GALLERY = Refusal(
    409,
    "OperationNotAllowed",
    "Gallery '{gallery}' cannot be deleted since it is shared with the community. Reset its sharing profile first.",
    DOCUMENTED,
)
"""https://learn.microsoft.com/azure/virtual-machines/share-gallery-community states the rule, without the error."""
NOT_CONVERTIBLE = Refusal(
    409,
    "PropertyChangeNotAllowed",
    "Changing property 'gallery.properties.sharingProfile.permissions' is not allowed.",
    DOCUMENTED,
)
"""https://learn.microsoft.com/azure/virtual-machines/share-gallery-direct and its neighbor share-gallery-community state the rule, without
the error: the code and the words are those of other properties that do not change."""
NOT_SHAREABLE = Refusal(
    409,
    "OperationNotAllowed",
    "Operation '{operation}' is not allowed on gallery '{gallery}' since its sharing permissions are '{permissions}'.",
    DOCUMENTED,
)
"""The same pages state that a gallery is shared as it was created for, without the error."""
MANY_GROUPS = Refusal(400, "InvalidParameter", "The gallery is shared with {count} of {type}. The maximum number is {most}.", DOCUMENTED)
"""https://learn.microsoft.com/azure/virtual-machines/share-gallery-direct#limitations states the numbers, without the error."""
