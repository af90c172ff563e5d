"""What the demo needs of Azure before the collection's own work begins: a resource group and a subnet, over plain REST."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from azure.identity import ClientSecretCredential

NETWORK_API = "2023-09-01"
GROUPS_API = "2021-04-01"
READING_POSTS = ("/token", "/retrievebootdiagnosticsdata")


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


class Traffic:
    """The lab's request logs from one moment on."""

    def __init__(self, state: Path) -> None:
        self._logs = {plane: state / "logs" / f"{plane}.jsonl" for plane in ("arm", "blob")}
        self._from = {plane: log.stat().st_size if log.exists() else 0 for plane, log in self._logs.items()}

    def _lines(self, plane: str) -> Iterator[dict[str, Any]]:
        if self._logs[plane].exists():
            with self._logs[plane].open() as file:
                file.seek(self._from[plane])
                yield from (json.loads(line) for line in file)

    def requests(self) -> list[str]:
        """Every request that has arrived since then."""
        return [
            f"{line['method']} {line['path'].split('?')[0]}" for plane in self._logs for line in self._lines(plane) if line["phase"] == "in"
        ]

    def clients(self) -> set[str]:
        """The address of every client that was heard since then."""
        return {line["client"] for plane in self._logs for line in self._lines(plane) if line["phase"] == "in"}

    def writes(self) -> list[str]:
        """Every request since then that could change something."""
        found = []
        for plane in self._logs:
            for line in self._lines(plane):
                reads = line["method"] in ("GET", "HEAD") or line["path"].split("?")[0].lower().endswith(READING_POSTS)
                if line["phase"] == "in" and not reads:
                    found.append(f"{line['method']} {line['path'].split('?')[0]}")
        return found
