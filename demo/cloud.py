"""A minimal REST client, with which the demo reads what the collection does not return."""

from __future__ import annotations

from typing import Any

import httpx
from azure.identity import ClientSecretCredential


class Cloud:
    """The subscription that environment variables name, as `azlab env` prints them."""

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

    def get(self, path: str, api: str) -> dict[str, Any]:
        return dict(self._client.get(path, params={"api-version": api}).raise_for_status().json())
