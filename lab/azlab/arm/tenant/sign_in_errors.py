"""Refusals of Entra ID to issue a token, with the codes and texts that MSAL and azure-identity show to users."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

from azlab.arm.http.calls import Answer
from azlab.evidence import DOCUMENTED, ISSUE, Evidence


@dataclass(frozen=True)
class TokenRefusal:
    """One way in which Entra ID refuses to issue a token. The numbers are documented; the texts are quoted from issues."""

    status: int
    error: str
    number: int
    text: str
    evidence: Evidence

    def __call__(self, **facts: str) -> Answer:
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        description = f"AADSTS{self.number}: {self.text.format(**facts)} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
        return Answer(
            self.status,
            {
                "error": self.error,
                "error_description": description,
                "error_codes": [self.number],
                "timestamp": stamp,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
            },
        )


NO_TENANT = TokenRefusal(
    400,
    "invalid_request",
    90002,
    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
    ISSUE,
)
OTHER_GRANT = TokenRefusal(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '{grant}'.", DOCUMENTED)
NO_CLIENT = TokenRefusal(
    400, "unauthorized_client", 700016, "Application with identifier '{client}' was not found in the directory '{tenant}'.", ISSUE
)
NO_CERTIFICATE = TokenRefusal(
    401, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is not registered.", ISSUE
)
NO_SECRET = TokenRefusal(
    401,
    "invalid_client",
    7000218,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ISSUE,
)
WRONG_SECRET = TokenRefusal(
    401,
    "invalid_client",
    7000215,
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value,"
    " not the client secret ID, for a secret added to app '{client}'.",
    ISSUE,
)
