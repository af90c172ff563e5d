"""Refusals about the terms of plans and about buying."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import DOCUMENTED, ISSUE

_NO_OFFER = (
    "The offer with Offer ID '{offer}' was not found. Try one of these: 1- Make sure the offer name is written correctly."
    " 2- If this offer was recently created, allow up to 30 minutes for it to be available for purchase."
    " 3- The offer may have been removed from the marketplace. Look for similar offers from this publisher here:"
    " 'https://azuremarketplace.microsoft.com/en-us/marketplace/apps?page=1%26search={publisher}%20{offer}'."
    " Publisher ID: '{publisher}', Offer ID: '{offer}', Correlation ID '{correlation}'."
)
NO_OFFER = Refusal(400, "BadRequest", _NO_OFFER, ISSUE)
"""https://github.com/confidential-containers/cloud-api-adaptor/issues/886"""
NEVER_SIGNED = Refusal(
    404,
    "NotFound",
    "Unable to find legal terms for this offer. Agreement has never been signed for this offer. offer = '{offer}', sku = '{plan}', "
    " Correlation Id: '{correlation}'.",
    ISSUE,
)
"""https://github.com/Azure/azure-powershell/issues/20443"""
PORTAL_ONLY = Refusal(
    400,
    "BadRequest",
    "You must accept the legal terms through the Azure portal (http://go.microsoft.com/fwlink/?LinkId=534873)."
    " Correlation Id: '{correlation}'.",
    ISSUE,
)
"""https://github.com/Azure/azure-sdk-for-go/issues/12325"""
NOT_SOLD = Refusal(
    400,
    "ResourcePurchaseValidationFailed",
    f"User failed validation to purchase resources. Error message: '{_NO_OFFER}'",
    ISSUE,
    gateway=True,
)
"""https://github.com/Azure/terraform-azurerm-compute/pull/218"""
NOT_ACCEPTED = Refusal(
    400,
    "ResourcePurchaseValidationFailed",
    "User failed validation to purchase resources. Error message: 'You have not accepted the legal terms on this subscription:"
    " '{subscription}' for this plan. Before the subscription can be used, you need to accept the legal terms of the image."
    " To read and accept legal terms, use the Azure CLI commands described at https://go.microsoft.com/fwlink/?linkid=2110637"
    " or the PowerShell commands available at https://go.microsoft.com/fwlink/?linkid=862451. Alternatively, deploying via the Azure portal"
    " provides a UI experience for reading and accepting the legal terms. Offer details: publisher='{publisher}' offer = '{offer}',"
    " sku = '{plan}', Correlation Id: '{correlation}'.'",
    ISSUE,
    gateway=True,
)
"""https://github.com/nforgeio/neonKUBE/issues/1673; the status: https://github.com/hashicorp/terraform-provider-azurerm/issues/1145"""
NOT_EFFECTIVE = Refusal(
    400,
    "MarketplacePurchaseEligibilityFailed",
    "Marketplace purchase eligibilty check returned errors. See inner errors for details. Offer with PublisherId: {publisher}, OfferId:"
    ' {offer} cannot be purchased due to validation errors. See details for more information.[{{"Legal terms have not been accepted for'
    " this item on this subscription. To accept legal terms using PowerShell, please use Get-AzureRmMarketplaceTerms and"
    " Set-AzureRmMarketplaceTerms API(https://go.microsoft.com/fwlink/?linkid=862451) or deploy via the Azure portal to accept the terms"
    '":"StoreApi"}}]',
    ISSUE,
    gateway=True,
)
"""https://github.com/MicrosoftDocs/azure-docs/pull/25359. What follows the first sentence is that of an inner error there."""
NO_PLAN = Refusal(
    400,
    "VMMarketplaceInvalidInput",
    "Creating a virtual machine from Marketplace image or a custom image sourced from a Marketplace image requires Plan information in"
    " the request. VM: '{vm}'.",
    ISSUE,
)
"""https://github.com/Azure/azure-rest-api-specs/issues/22133"""
OTHER_PLAN = Refusal(
    400,
    "VMMarketplaceInvalidInput",
    "Unable to deploy from the Marketplace image or a custom image sourced from Marketplace image. The part number in the purchase"
    " information for VM '{vm}' is not as expected. Beware that the Plan object's properties are case-sensitive.",
    ISSUE,
)
"""Quoted in public scripts for fortinet_fortigate-vm_v5. The documentation has an older text with the same code."""
NEEDLESS_PLAN = Refusal(
    400,
    "VMMarketplaceInvalidInput",
    "Creating a virtual machine from a non Marketplace image does not need Plan information, please remove the Plan information in the"
    " request. OS disk name is {disk}.",
    DOCUMENTED,
)
"""https://learn.microsoft.com/azure/virtual-machines/error-codes-vm"""
PLAN_DEPRECATED = Refusal(
    404,
    "ImageVersionDeprecated",
    "VM Image from publisher: {publisher} with - Offer: {offer}, Sku: {plan}, Version: {version} is deprecated.",
    DOCUMENTED,
)
"""https://learn.microsoft.com/azure/virtual-machines/deprecated-images: a custom image made from a paid image does not work any more when
that is deprecated. The code and the text are those for the image itself."""
