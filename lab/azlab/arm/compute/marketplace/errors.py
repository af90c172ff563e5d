"""Refusals of the Marketplace's catalogue."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import DOCUMENTED, ISSUE

NO_PUBLISHER = Refusal(404, "NotFound", "Publisher: {publisher} was not found.", ISSUE)
"""https://github.com/Azure/azure-cli/issues/11767"""
NO_REGION = Refusal(
    400,
    "NoRegisteredProviderFound",
    "No registered resource provider found for location '{location}' and API version '{version}' for type 'locations/publishers'."
    " The supported api-versions are '{versions}'. The supported locations are '{locations}'.",
    ISSUE,
    gateway=True,
)
"""https://github.com/Azure/azure-xplat-cli/issues/3257"""
VERSION_DEPRECATED = Refusal(
    404,
    "ImageVersionDeprecated",
    "VM Image from publisher: {publisher} with - Offer: {offer}, Sku: {sku}, Version: {version} is deprecated.",
    DOCUMENTED,
)
"""Code and text: https://learn.microsoft.com/azure/virtual-machines/deprecated-images. The status is not documented."""
