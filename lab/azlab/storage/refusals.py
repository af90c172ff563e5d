"""The error responses of the blob service, and their XML.

The source of what is DOCUMENTED is learn.microsoft.com/rest/api/storageservices/blob-service-error-codes and common-rest-api-error-codes.
A refusal is data; calling it with its facts returns the exception to raise.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from xml.sax.saxutils import escape

from starlette.responses import Response

from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE, Evidence

_AUTHENTICATION = (
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature."
)


class Refused(Exception):
    """A request that the blob service refuses; `facts` are further elements of its XML."""

    def __init__(self, status: int, code: str, message: str, **facts: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.facts = facts

    def response(self, request_id: str, method: str) -> Response:
        """The response; to HEAD it has no body, so only the header names the error."""
        # Azure writes times with seven digits after the second.
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        facts = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in self.facts.items())
        message = f"{escape(self.message)}\nRequestId:{request_id}\nTime:{now}"
        body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{self.code}</Code><Message>{message}</Message>{facts}</Error>'
        headers = {"x-ms-error-code": self.code}
        if method == "HEAD":
            return Response(status_code=self.status, headers=headers)
        return Response(b"\xef\xbb\xbf" + body.encode(), status_code=self.status, headers=headers, media_type="application/xml")


@dataclass(frozen=True)
class BlobRefusal:
    """One error of the blob service; the facts of a call become elements of the XML."""

    status: int
    code: str
    text: str
    evidence: Evidence

    def __call__(self, **facts: str) -> Refused:
        return Refused(self.status, self.code, self.text, **facts)


# The signature is missing, wrong or expired, or its policy was deleted.
NOT_AUTHENTICATED = BlobRefusal(403, "AuthenticationFailed", _AUTHENTICATION, DOCUMENTED)
# The signature is right, but does not grant this operation.
NOT_PERMITTED = BlobRefusal(
    403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.", DOCUMENTED
)
# The network rules of the disk do not let this machine in. The code is documented for the rules of a storage account; that it is that of
# disks too is assumed.
NOT_LET_IN = BlobRefusal(403, "AuthorizationFailure", "This request is not authorized to perform this operation.", ASSUMED)
# Not an answer of Azure, which implements Put Page From URL on managed disks.
NOT_IMPLEMENTED = BlobRefusal(501, "NotImplemented", "The lab does not implement Put Page From URL.", ASSUMED)
MISSING_HEADER = BlobRefusal(400, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified.", DOCUMENTED)
INVALID_HEADER = BlobRefusal(400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.", DOCUMENTED)
LENGTH_REQUIRED = BlobRefusal(411, "MissingContentLengthHeader", "The Content-Length header was not specified.", DOCUMENTED)
TOO_LARGE = BlobRefusal(413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit.", DOCUMENTED)
# The range is not aligned to pages, lies outside the blob, or has another length than the body.
INVALID_PAGE_RANGE = BlobRefusal(416, "InvalidPageRange", "The page range specified is invalid.", DOCUMENTED)
# The texts about CRC64 are those of Azurite 3.37, which names live Azure as its source.
BOTH_DIGESTS = BlobRefusal(400, "BothCrc64AndMd5HeaderPresent", "Both x-ms-content-crc64 header and Content-MD5 header are present.", ISSUE)
CRC64_MISMATCH = BlobRefusal(
    400, "Crc64Mismatch", "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.", ISSUE
)
INVALID_MD5 = BlobRefusal(
    400,
    "InvalidMd5",
    "The MD5 value specified in the request is invalid. The MD5 value must be 128 bits and Base64-encoded.",
    DOCUMENTED,
)
MD5_MISMATCH = BlobRefusal(
    400, "Md5Mismatch", "The MD5 value specified in the request did not match with the MD5 value calculated by the server.", DOCUMENTED
)
# The blob had more requests in a second than its limit.
SERVER_BUSY = BlobRefusal(503, "ServerBusy", "Operations per second is over the account limit.", DOCUMENTED)
# The front could not reach Azurite.
INTERNAL = BlobRefusal(500, "InternalError", "The server encountered an internal error. Please retry the request.", DOCUMENTED)
