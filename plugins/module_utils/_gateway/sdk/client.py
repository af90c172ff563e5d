# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients behind one task: one subscription, one identity, one deadline."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.ids import ResourceId
from ..pages.connection import require_trust
from ..sign_in.clouds import Cloud, cloud_of
from ..sign_in.credentials import Credentials
from ..sign_in.identity import identity
from .errors import doing
from .imports import needs
from .waiting import POLL_SECONDS, Deadline, patient_transport

USER_AGENT = "goldenimage.azure/0.1.0"


SUBSCRIPTIONS_API = "2022-12-01"


class Connection:
    """What every resource class shares. Clients are made when first needed: importing the SDK costs half a second."""

    def __init__(self, credentials: Credentials, deadline: Deadline, transport: Any = None, credential: Any = None) -> None:
        self._credentials = credentials
        self._given_transport = transport
        self._given_credential = credential
        self._clients: dict[str, Any] = {}
        self.deadline = deadline

    @cached_property
    def subscription(self) -> str:
        """The subscription asked for, else the only one that this identity can see."""
        if self._credentials.subscription_id:
            return self._credentials.subscription_id
        with doing("look for a subscription"):
            seen = [each["subscriptionId"] for each in self.get("/subscriptions", SUBSCRIPTIONS_API).get("value") or []]
        if len(seen) != 1:
            raise InvalidRequest(
                f"subscription_id: this identity sees {len(seen)} subscriptions; name one, as option or in AZURE_SUBSCRIPTION_ID."
            )
        return str(seen[0])

    def locate(self, resource: ResourceId) -> ResourceId:
        """The id with its subscription."""
        return resource.within(self.subscription)

    def compute(self, subscription: str = "") -> Any:
        """The compute client of a subscription, by default of our own."""
        subscription = subscription or self.subscription
        if subscription not in self._clients:
            with needs("azure-mgmt-compute"):
                from azure.mgmt.compute import ComputeManagementClient
            self._clients[subscription] = ComputeManagementClient(
                self._credential,
                subscription,
                base_url=self._cloud.resource_manager,
                credential_scopes=[self._cloud.scope],
                polling_interval=POLL_SECONDS,
                transport=self._transport,
                user_agent=USER_AGENT,
            )
        return self._clients[subscription]

    def get(self, path: str, api_version: str) -> Any:
        """Read one thing from the Resource Manager."""
        return self._fetch(self._arm, f"{self._cloud.resource_manager}{path}?api-version={api_version}").json()

    def download_text(self, url: str) -> str:
        """Read a blob behind a SAS as text; '' if it is not there yet."""
        answer = self._fetch(self._open, url, absent=404)
        return "" if answer is None else bytes(answer.content).decode("utf-8", errors="replace")

    def _fetch(self, pipeline: Any, url: str, absent: int | None = None) -> Any:
        with needs("azure-mgmt-core"):
            from azure.core.exceptions import HttpResponseError
            from azure.core.rest import HttpRequest
            from azure.mgmt.core.exceptions import ARMErrorFormat

        answer = pipeline.send_request(HttpRequest("GET", url))
        if answer.status_code == absent:
            return None
        if answer.status_code != 200:
            raise HttpResponseError(response=answer, error_format=ARMErrorFormat)
        return answer

    def _read_openly(self, url: str) -> Any:
        """JSON that needs no sign-in; what is not JSON is nobody's metadata."""
        try:
            return json.loads(self._fetch(self._open, url).text())
        except ValueError:
            return None

    @cached_property
    def _cloud(self) -> Cloud:
        with doing(f"read the endpoints of the cloud at {self._credentials.cloud_environment}"):
            return cloud_of(self._credentials.cloud_environment, self._read_openly)

    @cached_property
    def _credential(self) -> Any:
        return self._given_credential or identity(self._credentials, self._cloud, self._transport)

    @cached_property
    def _transport(self) -> Any:
        require_trust()
        return self._given_transport or patient_transport(self.deadline)

    @cached_property
    def _arm(self) -> Any:
        """A client for the few resources that azure-mgmt-compute does not know."""
        with needs("azure-mgmt-core"):
            from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
        return self._client(ARMChallengeAuthenticationPolicy(self._credential, self._cloud.scope))

    @cached_property
    def _open(self) -> Any:
        """A client that does not sign in."""
        return self._client()

    def _client(self, *authentication: Any) -> Any:
        with needs("azure-core"):
            from azure.core import PipelineClient
            from azure.core.pipeline import policies
        chain = [policies.UserAgentPolicy(base_user_agent=USER_AGENT), policies.RetryPolicy(), *authentication]
        return PipelineClient(base_url="", policies=chain, transport=self._transport)
