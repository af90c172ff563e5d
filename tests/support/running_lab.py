# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running lab as tests use it: its settings, its environment, its request log, its faults, and clients."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from azlab import faults
from azlab.arm.tenant import rights, subscriptions
from azlab.client import SUBNET, LabClient, environment
from azlab.settings import Settings
from azure.core.polling import LROPoller
from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient

from demo.traffic import Traffic

LOCATION = "westeurope"
GIB = 1024**3
MIB = 1024**2


@dataclass(frozen=True)
class RunningLab:
    """A running lab, and clients for it."""

    settings: Settings

    @property
    def env(self) -> dict[str, str]:
        """The environment variables that a client process needs."""
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
    def compute(self) -> Any:
        """The client of azure-mgmt-compute, with fast polling and without retries."""
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
        """A signed-in HTTP client, for answers that no SDK shows."""
        token = self.credential.get_token(f"{self.settings.arm_url}/.default").token
        verify = ssl.create_default_context(cafile=str(self.settings.bundle))
        return httpx.Client(base_url=self.settings.arm_url, headers={"Authorization": f"Bearer {token}"}, verify=verify, trust_env=False)

    def arm(self, method: str, path: str, body: Any = None, version: str = "2024-07-01") -> httpx.Response:
        """Send one ARM request; a path without a leading slash is relative to the subscription."""
        path = path if path.startswith("/") else f"/subscriptions/{self.settings.subscription}/{path}"
        return self.http.request(method, path, params={"api-version": version}, json=body)

    @cached_property
    def client(self) -> LabClient:
        """The client of the lab itself."""
        client = LabClient(self.settings.state)
        client.settings = self.settings
        return client

    def put_group(self, name: str | None = None, location: str = LOCATION) -> str:
        """Create a resource group, by default with a random name, and return its name."""
        name = name or f"rg-{uuid.uuid4().hex[:8]}"
        self.client.put_group(name, location)
        return name

    def put_subnet(self, group: str, location: str = LOCATION, network: str = "net", subnet: str = SUBNET) -> str:
        """Create a virtual network with one subnet, and return the id of the subnet."""
        return self.client.put_subnet(group, network, subnet, location)

    def traffic(self) -> Traffic:
        """The requests that the lab receives from now on."""
        return Traffic(self.settings.state)

    @contextmanager
    def fault(self, **rule: Any) -> Iterator[None]:
        """Make the lab apply a fault rule while the block runs."""
        with fault(self.settings.state, **rule):
            yield

    @contextmanager
    def switched(self, name: str, on: bool) -> Iterator[None]:
        """Turn a switch of the lab on or off while the block runs; without it, it is off."""
        faults.switch(self.settings.faults, name, on)
        try:
            yield
        finally:
            faults.switch(self.settings.faults, name, on=False)

    @contextmanager
    def setting(self, name: str, value: Any) -> Iterator[None]:
        """Give a setting of the lab a value while the block runs."""
        faults.set_value(self.settings.faults, name, value)
        try:
            yield
        finally:
            faults.set_value(self.settings.faults, name, None)

    @contextmanager
    def subscriptions(self, *others: str) -> Iterator[None]:
        """Give the lab further subscriptions while the block runs."""
        file = self.settings.state / subscriptions.FILE
        file.write_text(json.dumps(others))
        try:
            yield
        finally:
            file.unlink()

    @contextmanager
    def second_subscription(self) -> Iterator[RunningLab]:
        """Give the lab one more subscription while the block runs: the same lab, whose clients and paths belong to that subscription."""
        subscription = str(uuid.uuid4())
        with self.subscriptions(subscription):
            yield RunningLab(replace(self.settings, subscription=subscription))

    @contextmanager
    def rights(self, *assignments: dict[str, Any]) -> Iterator[None]:
        """Limit the rights of the lab's client while the block runs."""
        file = self.settings.state / rights.FILE
        file.write_text(json.dumps(assignments))
        try:
            yield
        finally:
            file.unlink()


@contextmanager
def fault(state: Path, **rule: Any) -> Iterator[None]:
    """Make the lab in the directory `state` apply a fault rule while the block runs."""
    file = state / "faults.json"
    name = faults.add(file, **rule)
    try:
        yield
    finally:
        faults.remove(file, name)


def azlab(*arguments: str | Path) -> None:
    """Run the command `azlab`, which is installed next to every Python that runs these tests."""
    subprocess.run([Path(sys.executable).with_name("azlab"), *map(str, arguments)], check=True)


def done(poller: LROPoller[Any]) -> Any:
    """The result of a long-running operation; fail after a minute."""
    return poller.result(60)
