"""The operations of the blob service, by name, and those that a managed disk's SAS allows."""

from __future__ import annotations

from collections.abc import Mapping

PUT_PAGE = "PutPage"
CLEAR_PAGES = "ClearPages"
PUT_PAGE_FROM_URL = "PutPageFromURL"
GET_BLOB = "GetBlob"
GET_PAGE_RANGES = "GetPageRanges"
GET_PROPERTIES = "GetBlobProperties"

_LOOK = {GET_PAGE_RANGES, GET_PROPERTIES}
ALLOWED = {
    "Read": _LOOK | {GET_BLOB},
    "Write": _LOOK | {PUT_PAGE, CLEAR_PAGES, PUT_PAGE_FROM_URL},
}
FILE = {GET_BLOB, GET_PROPERTIES}

_BY_COMP = {
    ("PUT", "block"): "PutBlock",
    ("PUT", "blocklist"): "PutBlockList",
    ("PUT", "appendblock"): "AppendBlock",
    ("PUT", "metadata"): "SetBlobMetadata",
    ("PUT", "properties"): "SetBlobProperties",
    ("PUT", "lease"): "LeaseBlob",
    ("PUT", "snapshot"): "SnapshotBlob",
    ("PUT", "tier"): "SetBlobTier",
    ("PUT", "tags"): "SetBlobTags",
    ("GET", "pagelist"): GET_PAGE_RANGES,
    ("GET", "metadata"): "GetBlobMetadata",
    ("HEAD", "metadata"): "GetBlobMetadata",
    ("GET", "blocklist"): "GetBlockList",
    ("GET", "tags"): "GetBlobTags",
    ("GET", "list"): "ListBlobs",
}
_PLAIN = {"GET": GET_BLOB, "HEAD": GET_PROPERTIES, "DELETE": "DeleteBlob"}


def operation(method: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The name of a request's operation, as in Azure's REST reference. Header and query names must be in lower case."""
    comp = query.get("comp", "").lower()
    if method == "PUT" and comp == "page":
        if "x-ms-copy-source" in headers:
            return PUT_PAGE_FROM_URL
        return CLEAR_PAGES if headers.get("x-ms-page-write", "").lower() == "clear" else PUT_PAGE
    if comp:
        return _BY_COMP.get((method, comp), f"{method} comp={comp}")
    if method == "PUT":
        return "CopyBlob" if "x-ms-copy-source" in headers else "PutBlob"
    return _PLAIN.get(method, method)
