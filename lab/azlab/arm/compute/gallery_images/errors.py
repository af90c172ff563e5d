"""Refusals about image definitions."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE, UNKNOWN

BAD_IDENTIFIER = Refusal(
    400,
    "InvalidParameter",
    "Asset name {parameter} is not valid. It cannot be empty. Allowed characters are uppercase or lowercase letters, digits, hyphen(-),"
    " period (.), underscore (_). Names are not allowed to end with period(.). The length of the name cannot exceed {longest} characters.",
    DOCUMENTED,
)
DUPLICATE = Refusal(
    409,
    "Conflict",
    "Gallery image: {image} identified by (publisher:{publisher}, offer:{offer}, sku:{sku}) already exists."
    " Choose a different publisher, offer, sku combination.",
    DOCUMENTED,
)
MINIMUM = Refusal(
    400, "InvalidParameter", "The minimum value of {parameter} must not be greater than the maximum value of {parameter}.", DOCUMENTED
)
BAD_FEATURE_VALUE = Refusal(
    400,
    "InvalidParameter",
    "The value '{value}' for feature '{feature}' is invalid. Allowed characters are English alphanumerical characters with spaces and"
    " commas. The length of the value cannot exceed 100 characters.",
    ISSUE,
)
"""https://github.com/Azure/azure-cli/issues/24142: the text does not name the real cause, a value that the service does not know."""
BAD_FEATURE = Refusal(400, "InvalidParameter", "The feature '{feature}' is invalid.", ASSUMED)
TWIN_FEATURES = Refusal(400, "InvalidParameter", "The feature '{feature}' is specified more than once.", ASSUMED)
GENERATION_OF_SECURITY = Refusal(
    400, "InvalidParameter", "The security type '{security}' is not supported for Hypervisor generation 'V1'.", DOCUMENTED
)
"""https://learn.microsoft.com/azure/virtual-machines/trusted-launch: generation 2 only; the text was not found."""
GENERATION_OF_ARCHITECTURE = Refusal(
    400, "InvalidParameter", "The architecture 'Arm64' is not supported for Hypervisor generation 'V1'.", DOCUMENTED
)
"""https://learn.microsoft.com/azure/virtual-machines/generation-2: Arm64 is generation 2 only; the text was not found."""
NOT_SHAREABLE = Refusal(
    400,
    "InvalidParameter",
    "The security type '{security}' is not supported in a gallery with sharing permissions '{permissions}'.",
    DOCUMENTED,
)
"""https://learn.microsoft.com/azure/virtual-machines/trusted-launch-portal: no direct or community sharing; the text was not found."""
STANDARD_SECURITY_TYPE = Refusal(400, BAD_FEATURE_VALUE.code, BAD_FEATURE_VALUE.text, UNKNOWN)
"""Whether versions before 2025-03-03 know the value Standard."""
