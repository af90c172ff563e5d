"""Refusals by Resource Graph: one that names the request, with details about what is wrong in it."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, ISSUE

BAD_REQUEST = Refusal(
    400, "BadRequest", "Please provide below info when asking for support: timestamp = {time}, correlationId = {correlation}.", ISSUE
)
"""https://github.com/Azure/aztfexport/issues/485, as the next two."""
INVALID_QUERY = Refusal(
    400,
    "InvalidQuery",
    "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.",
    ISSUE,
)
PARSER_FAILURE = Refusal(400, "ParserFailure", "ParserFailure", ISSUE)
NO_SUCH_LANGUAGE = Refusal(400, "InvalidQueryLanguage", "InvalidQueryLanguage", ISSUE)
"""https://github.com/Azure/azure-powershell/issues/13762: an operator that Resource Graph does not take."""
NO_TABLE = Refusal(400, "DisallowedLogicalTableName", "Table {table} is invalid, unsupported or disallowed.", ISSUE)
"""https://github.com/Azure/azqr/issues/847"""
NO_SUBSCRIPTIONS = Refusal(
    400,
    "NoValidSubscriptionsInQueryRequest",
    "There must be at least one subscription that is eligible to contain resources. Given: '{given}'.",
    ISSUE,
)
"""https://github.com/Azure/aztfexport/issues/475 has the sentence, but no code."""
BAD_OPTION = Refusal(400, "InvalidOptions", "The value '{value}' of option '{option}' is invalid.", ASSUMED)
