"""What the demo needs of Azure before the collection's own work begins: a resource group and a subnet, over plain REST."""

from __future__ import annotations

import time
from typing import Any

import httpx
from azure.identity import ClientSecretCredential

NETWORK_API = "2023-09-01"
GROUPS_API = "2021-04-01"


class Cloud:
    """One subscription of the Azure that the environment names."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.endpoint = environment["AZURE_CLOUD_ENVIRONMENT"]
        self.subscription = environment["AZURE_SUBSCRIPTION_ID"]
        credential = ClientSecretCredential(
            environment["AZURE_TENANT_ID"],
            environment["AZURE_CLIENT_ID"],
            environment["AZURE_CLIENT_SECRET"],
            authority=environment["AZURE_AUTHORITY_HOST"],
            disable_instance_discovery=True,
            connection_verify=environment["REQUESTS_CA_BUNDLE"],
        )
        token = credential.get_token(f"{self.endpoint}/.default").token
        self._client = httpx.Client(
            base_url=self.endpoint, verify=environment["REQUESTS_CA_BUNDLE"], headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def group_id(self, group: str) -> str:
        return f"/subscriptions/{self.subscription}/resourceGroups/{group}"

    def put(self, path: str, api: str, body: dict[str, Any]) -> dict[str, Any]:
        """PUT a resource and wait until Azure calls it Succeeded."""
        answer = self._client.put(path, params={"api-version": api}, json=body).raise_for_status().json()
        while answer.get("properties", {}).get("provisioningState", "Succeeded") != "Succeeded":
            time.sleep(0.5)
            answer = self.get(path, api)
        return answer

    def get(self, path: str, api: str) -> dict[str, Any]:
        return dict(self._client.get(path, params={"api-version": api}).raise_for_status().json())

    def prepare(self, group: str, location: str) -> str:
        """A resource group with a virtual network; the id of its subnet."""
        self.put(self.group_id(group), GROUPS_API, {"location": location})
        network = f"{self.group_id(group)}/providers/Microsoft.Network/virtualNetworks/net"
        subnets = [{"name": "default", "properties": {"addressPrefix": "10.0.0.0/24"}}]
        self.put(
            network,
            NETWORK_API,
            {"location": location, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}},
        )
        return f"{network}/subnets/default"
