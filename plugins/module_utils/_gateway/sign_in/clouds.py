# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure's clouds: well-known ones by name, any other by the address of its Resource Manager."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.errors import InvalidRequest

API = "2022-09-01"


@dataclass(frozen=True)
class Cloud:
    """The addresses of a cloud's control plane and of its sign-in, and the audience of a token.

    ``known`` is whether it is one of Microsoft's, so that azure-identity may check the sign-in address by instance discovery.
    """

    name: str
    resource_manager: str
    login: str
    audience: str
    known: bool = True

    @property
    def scope(self) -> str:
        """The OAuth scope of a token for the control plane."""
        return self.audience.rstrip("/") + "/.default"


# https://learn.microsoft.com/cli/azure/manage-clouds-azure-cli ; the German cloud was closed in 2021, its name is kept for old inventories.
WELL_KNOWN = {
    cloud.name.casefold(): cloud
    for cloud in (
        Cloud("AzureCloud", "https://management.azure.com", "https://login.microsoftonline.com", "https://management.azure.com"),
        Cloud(
            "AzureChinaCloud",
            "https://management.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
            "https://management.chinacloudapi.cn",
        ),
        Cloud(
            "AzureUSGovernment",
            "https://management.usgovcloudapi.net",
            "https://login.microsoftonline.us",
            "https://management.usgovcloudapi.net",
        ),
        Cloud(
            "AzureGermanCloud",
            "https://management.microsoftazure.de",
            "https://login.microsoftonline.de",
            "https://management.microsoftazure.de",
        ),
    )
}


def cloud_of(name: str | None, fetch: Callable[[str], Any]) -> Cloud:
    """The cloud with a name or an https:// address; AzureCloud by default. ``fetch`` reads the JSON of a URL without signing in."""
    name = name or "AzureCloud"
    if known := WELL_KNOWN.get(name.casefold()):
        return known
    if not name.casefold().startswith("https://"):
        names = ", ".join(cloud.name for cloud in WELL_KNOWN.values())
        raise InvalidRequest(f"cloud_environment: '{name}' is neither one of {names} nor the https:// address of a Resource Manager.")
    address = name.rstrip("/")
    url = f"{address}/metadata/endpoints?api-version={API}"
    return from_metadata(address, fetch(url))


def from_metadata(address: str, answer: Any) -> Cloud:
    """The cloud in an answer of ``/metadata/endpoints``: an object, or in older versions a list of clouds, one of them at the address."""
    entries = [entry for entry in (answer if isinstance(answer, list) else [answer]) if isinstance(entry, Mapping)]
    here = [entry for entry in entries if str(entry.get("resourceManager", "")).rstrip("/").casefold() == address.casefold()]
    found = (here or entries or [{}])[0]
    authentication = found.get("authentication") or {}
    login, audiences = authentication.get("loginEndpoint"), authentication.get("audiences")
    if not login or not audiences:
        raise InvalidRequest(
            f"cloud_environment: {address}/metadata/endpoints names no loginEndpoint and audience, so it is not a Resource Manager."
        )
    resource_manager = str(found.get("resourceManager") or address).rstrip("/")
    return Cloud(found.get("name") or address, resource_manager, login.rstrip("/"), audiences[0], known=False)
