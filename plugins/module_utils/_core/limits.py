# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure's limits for names, tags, users and disks, each with its source, and the check of a number against its limits.

Azure refuses what breaks a limit, but often only after a task has written something. Planning therefore checks first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .errors import InvalidRequest

MIB = 1024 * 1024
GIB = 1024 * MIB

# Names: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
LONGEST_NAME = 80
"""The longest name of a disk, an image, a snapshot or a network interface."""
RESOURCE_NAME = re.compile(rf"[^\W_][\w.-]{{0,{LONGEST_NAME - 1}}}(?<![.-])", re.ASCII)
"""VM names have further limits: see below."""
LONGEST_GROUP_NAME = 90
GROUP_NAME = re.compile(rf"[\w.()-]{{1,{LONGEST_GROUP_NAME}}}(?<![.])")
SUBSCRIPTION_ID = re.compile(r"[A-Za-z0-9-]+")
LONGEST_VM_NAME = 64
# Galleries: https://learn.microsoft.com/azure/virtual-machines/troubleshooting-shared-images
GALLERY_NAME = re.compile(rf"[A-Za-z0-9](?:[A-Za-z0-9_.]{{0,{LONGEST_NAME - 2}}}[A-Za-z0-9])?")
VERSION = re.compile(r"(?:0|[1-9]\d{0,9})(?:\.(?:0|[1-9]\d{0,9})){2}", re.ASCII)
LARGEST_VERSION_PART = 2**31 - 1
LARGEST_VERSION_GIB = 2048
"""The largest disk of a version that is replicated: https://learn.microsoft.com/azure/virtual-machines/troubleshooting-shared-images"""
MOST_REPLICAS = 100
"""Of one version, in all regions: https://learn.microsoft.com/azure/virtual-machines/azure-compute-gallery#limits"""
LONGEST_IDENTIFIER = {"publisher": 128, "offer": 64, "sku": 64}
IDENTIFIER = re.compile(r"[A-Za-z0-9_.-]+(?<![.])")
"""The publisher, offer and SKU of an image definition."""
MOST_SHARED_WITH = {"subscriptions": 30, "tenants": 5}
"""https://learn.microsoft.com/azure/virtual-machines/share-gallery-direct"""

# Tags: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
MOST_TAGS = 50
"""The largest number of tags on one resource."""
LONGEST_TAG_NAME = 512
LONGEST_TAG_VALUE = 256
LONGEST_VM_TAGS = 2048
"""The most characters in all tag names and values of one VM."""
FORBIDDEN_IN_TAG_NAMES = "<>%&\\?/"

# The guest of a new VM, by operating system.
LONGEST_COMPUTER_NAME = {"Linux": 64, "Windows": 15}
"""https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftcompute"""
# Users and passwords: https://learn.microsoft.com/rest/api/compute/virtual-machines/create-or-update#osprofile
LONGEST_USER_NAME = {"Linux": 64, "Windows": 20}
PASSWORD_LENGTHS = {"Linux": (6, 72), "Windows": (8, 123)}
PASSWORD_KINDS = 3
"""A password must have characters of this many of the four kinds: upper case, lower case, digits and special characters."""
SHORTEST_RSA_KEY = 2048
"""In bits: https://learn.microsoft.com/azure/virtual-machines/linux/mac-create-ssh-keys#supported-ssh-key-formats"""
LARGEST_CUSTOM_DATA = 65535
"""In bytes, before it is encoded: https://learn.microsoft.com/azure/virtual-machines/custom-data"""

# Disks
SMALLEST_UPLOAD = 20 * MIB
"""The smallest disk, in bytes, without the footer. With it, `uploadSizeBytes` must be at least 20972032:
https://learn.microsoft.com/azure/virtual-machines/linux/disks-upload-vhd-to-managed-disk-cli"""
LARGEST_OS_DISK = 4095 * GIB
"""The largest OS disk, in bytes: https://learn.microsoft.com/azure/virtual-machines/faq-for-disks"""
LARGEST_DATA_DISK_GIB = 32767
"""https://learn.microsoft.com/azure/virtual-machines/disks-types"""
HIGHEST_LUN = 63
"""LUNs begin with 0: https://learn.microsoft.com/javascript/api/@azure/arm-batch/datadisk"""
LARGEST_PAGE_WRITE = 4 * MIB
"""The most bytes that one Put Page may send: https://learn.microsoft.com/rest/api/storageservices/put-page"""
LONGEST_SAS = 60 * 24 * 3600
"""The longest access to a disk that Azure grants, in seconds: https://learn.microsoft.com/azure/virtual-machines/linux/download-vhd"""


def require_number(option: str, value: int, lowest: int = 1, highest: int | None = None, unit: str = "") -> int:
    """The value of an option if it is between its limits, which are included. Raises ``InvalidRequest`` otherwise."""
    if value < lowest or (highest is not None and value > highest):
        limits = f"at least {lowest}" if highest is None else f"between {lowest} and {highest}"
        raise InvalidRequest(f"{option}: must be {limits}{f' {unit}' if unit else ''}, not {value}.")
    return value


def require_wait(params: Mapping[str, Any]) -> None:
    """Refuse a ``wait_timeout`` below one second."""
    require_number("wait_timeout", params["wait_timeout"])
