"""Refusals about a blob as the source of a disk or an image: its name, its type, its VHD."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import DOCUMENTED, ISSUE

BAD_BLOB_NAME = Refusal(400, "InvalidParameter", "Blob name in URL {uri} must end with '.vhd' extension.", DOCUMENTED)
BAD_BLOB_TYPE = Refusal(
    400, "IncorrectImageBlobType", "Disk blobs can only be of type page blob. Blob {uri} is of type '{kind}'.", DOCUMENTED
)
NO_VHD = Refusal(400, "InvalidParameter", "Only blobs formatted as VHDs can be imported.", ISSUE)
VHD_SIZE = Refusal(
    400,
    "VHDSizeInvalid",
    "The VHD {uri} has an unsupported virtual size of {size} bytes. The size must be a whole number (in MBs).",
    DOCUMENTED,
)
DYNAMIC_VHD = Refusal(
    400, "InvalidParameter", "Disk '{disk}' with blob {uri} is of {kind} VHD type. Please retry with fixed VHD type.", ISSUE
)
