"""The answers with which the blob service refuses a request, and the XML that carries them.

Codes, statuses and texts: learn.microsoft.com/rest/api/storageservices/blob-service-error-codes and common-rest-api-error-codes
(documented), unless a line says otherwise.
"""

from __future__ import annotations

import datetime
from xml.sax.saxutils import escape

from starlette.responses import Response

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
        """The answer; to HEAD it has no body, so the header alone names the error."""
        # Azure writes its times with seven digits.
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        facts = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in self.facts.items())
        message = f"{escape(self.message)}\nRequestId:{request_id}\nTime:{now}"
        body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{self.code}</Code><Message>{message}</Message>{facts}</Error>'
        headers = {"x-ms-error-code": self.code}
        if method == "HEAD":
            return Response(status_code=self.status, headers=headers)
        return Response(b"\xef\xbb\xbf" + body.encode(), status_code=self.status, headers=headers, media_type="application/xml")


def not_authenticated(detail: str) -> Refused:
    """No signature, a wrong one, one that has expired, or one whose policy is gone."""
    return Refused(403, "AuthenticationFailed", _AUTHENTICATION, AuthenticationErrorDetail=detail)


def not_permitted() -> Refused:
    """The signature is right, but what it grants does not go that far."""
    return Refused(
        403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission."
    )


def not_implemented(operation: str) -> Refused:
    """The lab's own: Azure has this operation on a managed disk, the lab has not."""
    return Refused(501, "NotImplemented", f"The lab does not implement {operation}.")


def missing_header(name: str) -> Refused:
    """A header that the operation needs was not sent."""
    return Refused(400, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified.", HeaderName=name)


def invalid_header(name: str, value: str) -> Refused:
    """A header's value cannot be understood or does not go with the rest."""
    message = "The value for one of the HTTP headers is not in the correct format."
    return Refused(400, "InvalidHeaderValue", message, HeaderName=name, HeaderValue=value)


def length_required() -> Refused:
    """A write without Content-Length."""
    return Refused(411, "MissingContentLengthHeader", "The Content-Length header was not specified.")


def too_large(limit: int) -> Refused:
    """More than one request may carry."""
    return Refused(
        413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit.", MaxLimit=str(limit)
    )


def invalid_page_range() -> Refused:
    """Pages that are not whole, not there, or not as many as the body has."""
    return Refused(416, "InvalidPageRange", "The page range specified is invalid.")


def both_digests() -> Refused:
    """Text as in Azurite 3.37, which names live Azure as its source."""
    return Refused(400, "BothCrc64AndMd5HeaderPresent", "Both x-ms-content-crc64 header and Content-MD5 header are present.")


def invalid_md5() -> Refused:
    """A Content-MD5 that is not the base64 of 16 bytes."""
    return Refused(
        400, "InvalidMd5", "The MD5 value specified in the request is invalid. The MD5 value must be 128 bits and Base64-encoded."
    )


def md5_mismatch(sent: str, computed: str) -> Refused:
    """The body is not what the caller had in mind."""
    message = "The MD5 value specified in the request did not match with the MD5 value calculated by the server."
    return Refused(400, "Md5Mismatch", message, UserSpecifiedMd5=sent, ServerCalculatedMd5=computed)


def crc64_mismatch(sent: str, computed: str) -> Refused:
    """The body is not what the caller had in mind; text as in Azurite 3.37."""
    message = "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server."
    return Refused(400, "Crc64Mismatch", message, UserSpecifiedCrc64=sent, ServerCalculatedCrc64=computed)


def server_busy() -> Refused:
    """More requests in a second than the blob may get."""
    return Refused(503, "ServerBusy", "Operations per second is over the account limit.")


def internal() -> Refused:
    """The front could not reach Azurite."""
    return Refused(500, "InternalError", "The server encountered an internal error. Please retry the request.")
