"""A lab that is up, as tests see it: its settings, its environment, and clients for it."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import uuid
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from azlab.client import SUBNET, environment, network_body
from azlab.settings import Settings
from azure.core.polling import LROPoller
from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient

LOCATION = "westeurope"
GIB = 1024**3
MIB = 1024**2


@dataclass(frozen=True)
class RunningLab:
    """A lab that is up, and clients for it."""

    settings: Settings

    @property
    def env(self) -> dict[str, str]:
        """The environment that a client process needs."""
        return {**os.environ, **environment(self.settings)}

    @cached_property
    def credential(self) -> ClientSecretCredential:
        """The lab's one service principal."""
        settings = self.settings
        return ClientSecretCredential(
            settings.tenant,
            settings.client_id,
            settings.client_secret,
            authority=settings.arm_url,
            disable_instance_discovery=True,
            connection_verify=str(settings.bundle),
        )

    @cached_property
    def compute(self) -> ComputeManagementClient:
        """The bare SDK, polling fast."""
        return ComputeManagementClient(
            self.credential,
            self.settings.subscription,
            base_url=self.settings.arm_url,
            credential_scopes=[f"{self.settings.arm_url}/.default"],
            connection_verify=str(self.settings.bundle),
            polling_interval=0.02,
            retry_total=0,
        )

    @cached_property
    def http(self) -> httpx.Client:
        """Plain HTTP with a good token, for what no SDK shows."""
        token = self.credential.get_token(f"{self.settings.arm_url}/.default").token
        verify = ssl.create_default_context(cafile=str(self.settings.bundle))
        return httpx.Client(base_url=self.settings.arm_url, headers={"Authorization": f"Bearer {token}"}, verify=verify, trust_env=False)

    def arm(self, method: str, path: str, body: Any = None, version: str = "2024-07-01") -> httpx.Response:
        """One ARM call; a path that does not begin with a slash is below the subscription."""
        path = path if path.startswith("/") else f"/subscriptions/{self.settings.subscription}/{path}"
        return self.http.request(method, path, params={"api-version": version}, json=body)

    def put_group(self, name: str | None = None, location: str = LOCATION) -> str:
        """A resource group, new unless it is named."""
        name = name or f"rg-{uuid.uuid4().hex[:8]}"
        self.arm("PUT", f"resourceGroups/{name}", {"location": location}).raise_for_status()
        return name

    def put_subnet(self, group: str, location: str = LOCATION, network: str = "net", subnet: str = SUBNET) -> str:
        """A virtual network with one subnet; the answer is the subnet's id."""
        root = f"resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{network}"
        self.arm("PUT", root, network_body(location, subnet)).raise_for_status()
        return f"/subscriptions/{self.settings.subscription}/{root}/subnets/{subnet}"


def azlab(*arguments: str | Path) -> None:
    """Run the lab's command; it lies beside every Python that runs these tests, but serves with a Python of its own."""
    subprocess.run([Path(sys.executable).with_name("azlab"), *map(str, arguments)], check=True)


def done(poller: LROPoller[Any]) -> Any:
    """The result of an operation, which must not take long here."""
    return poller.result(60)
