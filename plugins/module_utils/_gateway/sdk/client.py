# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client behind one task: one subscription, one identity, one deadline."""

from __future__ import annotations

import json
import threading
import urllib.parse
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

from ..._core.ids import ResourceId
from ..catalogue.pace import Pace
from ..sign_in.clouds import Cloud, cloud_of
from ..sign_in.credentials import Credentials
from ..sign_in.identity import identity
from ..sign_in.subscription import only_subscription
from .clock import seconds_ahead
from .errors import describing
from .imports import needs
from .pacing import pacing_policy
from .proxies import manager_for
from .retries import control_plane_policy
from .transport import deadline_transport
from .trust import authorities
from .waiting import Deadline

USER_AGENT = "goldenimage.azure/0.1.0"
WELL_KNOWN_ADDRESS = "https://management.azure.com"
"""For a look at the proxy before any request, where the cloud is given by its name."""
SUBSCRIPTIONS_API = "2022-12-01"


class Client:
    """Requests to the Resource Manager, for all resource classes of a task.

    The SDK's own clients are made when first needed, because importing the SDK takes half a second.
    """

    def __init__(self, credentials: Credentials, deadline: Deadline, transport: Any = None, credential: Any = None) -> None:
        self._credentials = credentials
        self._given_transport = transport
        self._given_credential = credential
        self._compute: dict[str, Any] = {}
        self._connecting = threading.Lock()
        self._pace = Pace(lambda: deadline.now, deadline.sleep)
        self.deadline = deadline
        self.clock_offset: int | None = None

    @cached_property
    def subscription(self) -> str:
        """The configured subscription, or else the only one that this identity can see."""
        if self._credentials.subscription_id:
            return self._credentials.subscription_id
        with describing("look for a subscription"):
            return only_subscription(self.get("/subscriptions", SUBSCRIPTIONS_API))

    @property
    def account(self) -> tuple[str, str]:
        """The cloud and the tenant, as far as they are configured."""
        cloud = (self._credentials.cloud_environment or "AzureCloud").rstrip("/").casefold()
        return cloud, (self._credentials.tenant or "").casefold()

    def locate(self, resource: ResourceId) -> ResourceId:
        """The id, with our subscription if it names none."""
        return resource.within(self.subscription)

    def compute(self, subscription: str = "") -> Any:
        """The SDK's compute client of a subscription, which defaults to our own."""
        subscription = subscription or self.subscription
        if subscription not in self._compute:
            with needs("azure-mgmt-compute"):
                from azure.mgmt.compute import ComputeManagementClient
            self._compute[subscription] = ComputeManagementClient(
                self._credential,
                subscription,
                base_url=self._cloud.resource_manager,
                credential_scopes=[self._cloud.scope],
                retry_policy=control_plane_policy(),
                transport=self._transport,
                user_agent=USER_AGENT,
            )
        return self._compute[subscription]

    def get(self, path: str, api_version: str, **query: str) -> Any:
        """The JSON of one resource, by its path in the Resource Manager. The answer also shows ``clock_offset``."""
        parameters = urllib.parse.urlencode({"api-version": api_version, **query}, safe="$")
        answer = self._fetch(self._signed_in, f"{self._cloud.resource_manager}{path}?{parameters}")
        self.clock_offset = seconds_ahead(answer.headers.get("Date"), datetime.now(timezone.utc))
        return answer.json()

    def send(self, method: str, path: str, api_version: str, body: Mapping[str, Any]) -> Any:
        """The JSON of the answer to a request with a body, which is done when Azure answers."""
        return self.exchange(method, path, api_version, body)[0]

    def exchange(self, method: str, path: str, api_version: str, body: Mapping[str, Any]) -> tuple[Any, Mapping[str, str]]:
        """The JSON and the headers of the answer to such a request."""
        answer = self._fetch(self._signed_in, f"{self._cloud.resource_manager}{path}?api-version={api_version}", method=method, body=body)
        return answer.json(), answer.headers

    def list(self, path: str, api_version: str, **query: str) -> list[Any]:
        """The JSON of all items of a list, by its path; the Marketplace answers with the items alone. Several threads may call it."""
        with self._connecting:
            url: str | None = f"{self._cloud.resource_manager}{path}"
            pipeline = self._signed_in
        found: list[Any] = []
        url = f"{url}?{urllib.parse.urlencode({'api-version': api_version, **query}, safe='$/')}"
        while url:
            answer = self._fetch(pipeline, url)
            content = answer.json()
            found += _items(content, answer)
            url = content.get("nextLink") if isinstance(content, dict) else None
        return found

    def download_text(self, url: str) -> str:
        """The text of the blob at a URL with a SAS; '' if it does not exist yet."""
        answer = self._fetch(self._anonymous, url, absent=404)
        return "" if answer is None else bytes(answer.content).decode("utf-8", errors="replace")

    def _fetch(self, pipeline: Any, url: str, absent: int | None = None, method: str = "GET", body: Mapping[str, Any] | None = None) -> Any:
        with needs("azure-mgmt-core"):
            from azure.core.exceptions import HttpResponseError
            from azure.core.rest import HttpRequest
            from azure.mgmt.core.exceptions import ARMErrorFormat

        answer = pipeline.send_request(HttpRequest(method, url, json=body))
        if answer.status_code == absent:
            return None
        if answer.status_code != 200:
            raise HttpResponseError(response=answer, error_format=ARMErrorFormat)
        return answer

    def _read_anonymously(self, url: str) -> Any:
        """JSON that needs no sign-in; None if the answer is not JSON."""
        try:
            return json.loads(self._fetch(self._anonymous, url).text())
        except ValueError:
            return None

    @cached_property
    def _cloud(self) -> Cloud:
        with describing(f"read the endpoints of the cloud at {self._credentials.cloud_environment}"):
            return cloud_of(self._credentials.cloud_environment, self._read_anonymously)

    @cached_property
    def _credential(self) -> Any:
        return self._given_credential or identity(self._credentials, self._cloud, self._transport)

    @cached_property
    def _transport(self) -> Any:
        authorities()  # refuses a file that cannot be read
        address = self._credentials.cloud_environment or ""
        manager_for(urllib.parse.urlsplit(address if "://" in address else WELL_KNOWN_ADDRESS))  # refuses a proxy that cannot be used
        return self._given_transport or deadline_transport(self.deadline)

    @cached_property
    def _signed_in(self) -> Any:
        """A pipeline for the few resources that azure-mgmt-compute has no operations for."""
        with needs("azure-mgmt-core"):
            from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
        sign_in = ARMChallengeAuthenticationPolicy(self._credential, self._cloud.scope)
        return self._pipeline(control_plane_policy(), pacing_policy(self._pace), sign_in)

    @cached_property
    def _anonymous(self) -> Any:
        """A pipeline that does not sign in."""
        return self._pipeline(control_plane_policy(reads_json=False))

    def _pipeline(self, *policies_of_sending: Any) -> Any:
        with needs("azure-core"):
            from azure.core import PipelineClient
            from azure.core.pipeline import policies
        chain = [policies.UserAgentPolicy(base_user_agent=USER_AGENT), *policies_of_sending]
        return PipelineClient(base_url="", policies=chain, transport=self._transport)


def _items(content: Any, answer: Any) -> list[Any]:
    """The items in the JSON of an answer; raises DecodeError if it has no list of objects."""
    from azure.core.exceptions import DecodeError

    items = (content["value"] or []) if isinstance(content, dict) and "value" in content else content
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise DecodeError("the answer is not a list of objects; a proxy or a gateway on the way may have sent it.", response=answer)
    return items
