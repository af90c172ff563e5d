"""A client for a lab that is up: sign-in, ARM requests, and the resource groups and networks that other resources need.

The commands of `azlab`, the demo and the tests use it. It reaches the lab as every client does: over TLS, with a token.

    client = LabClient(Path("build/azlab"))
    client.put_group("images")
    subnet = client.put_subnet("images", "net")
    vm = client.find("resourceGroups/images/providers/Microsoft.Compute/virtualMachines/web-01", "2024-07-01")

A path is a resource id, or what follows `/subscriptions/<subscription>/` in one.
"""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from azlab import lock
from azlab.settings import LabError, Settings, command

GROUPS_VERSION = "2021-04-01"
NETWORKS_VERSION = "2023-11-01"
LOCATION = "westeurope"
SUBNET = "default"

_POLL = 0.2
_TIMEOUT = 60
_RUNNING = ("accepted", "creating", "inprogress", "running", "updating")


class RequestFailed(LabError):
    """A request that the lab refused, or an operation that failed; `code` and the text are those of the lab's answer."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class LabResponse:
    """The lab's answer to one request: status, headers (names compared without case) and the JSON object of the body, or {}."""

    status: int
    headers: Message
    body: dict[str, Any]


def environment(settings: Settings) -> dict[str, str]:
    """The environment variables that make a client talk to this lab: those of the Azure SDKs, of this collection, and of `azlab`."""
    bundle = str(settings.bundle)
    return {
        "AZURE_CLOUD_ENVIRONMENT": settings.arm_url,
        "AZURE_SUBSCRIPTION_ID": settings.subscription,
        "AZURE_TENANT": settings.tenant,
        "AZURE_TENANT_ID": settings.tenant,
        "AZURE_CLIENT_ID": settings.client_id,
        "AZURE_SECRET": settings.client_secret,
        "AZURE_CLIENT_SECRET": settings.client_secret,
        "AZURE_AUTHORITY_HOST": settings.arm_url,
        "AZURE_DISABLE_INSTANCE_DISCOVERY": "true",
        "REQUESTS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "CURL_CA_BUNDLE": bundle,
        "AZLAB_STATE": str(settings.state),
    }


def tls_context(settings: Settings) -> ssl.SSLContext:
    """A TLS context that trusts the lab's own CA and no other."""
    return ssl.create_default_context(cafile=str(settings.ca))


def opener(settings: Settings) -> urllib.request.OpenerDirector:
    """An opener for URLs of this lab: trusts its CA and uses no proxy."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls_context(settings)))


def network_body(location: str = LOCATION, subnet: str = SUBNET) -> dict[str, Any]:
    """The request body of a virtual network 10.0.0.0/16 with one subnet."""
    subnets = [{"name": subnet, "properties": {"addressPrefix": "10.0.0.0/24"}}]
    return {"location": location, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}}


class LabClient:
    """A signed-in client for the lab that is up in the directory `state`.

    Raises NoLab or NotRunning if there is no such lab; every method raises RequestFailed if the lab refuses the request, and
    NotRunning if it does not answer.
    """

    def __init__(self, state: Path) -> None:
        self.settings = settings = Settings.load(state)
        lock.require_running(settings.state)
        self._opener = opener(settings)
        self._headers = {"Authorization": f"Bearer {self._sign_in()}", "Content-Type": "application/json"}

    @property
    def state(self) -> Path:
        """The state directory of the lab."""
        return self.settings.state

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of a signed-in request with a JSON body, for other HTTP clients."""
        return dict(self._headers)

    def id(self, path: str) -> str:
        """The resource id of a path; a path that begins with a slash is one already."""
        return path if path.startswith("/") else f"/subscriptions/{self.settings.subscription}/{path}"

    def request(self, method: str, path: str, version: str, body: dict[str, Any] | None = None) -> LabResponse:
        """Send one ARM request. A long-running operation is only begun; `put` and `delete` wait for it."""
        return self._ask(method, f"{self.settings.arm_url}{quote(self.id(path))}?api-version={version}", body)

    def get(self, path: str, version: str) -> dict[str, Any]:
        """A resource, or the object with the list `value` if the path names a collection."""
        return self.request("GET", path, version).body

    def find(self, path: str, version: str) -> dict[str, Any] | None:
        """A resource, or None if the lab answers 404."""
        try:
            return self.get(path, version)
        except RequestFailed as error:
            if error.status != 404:
                raise
            return None

    def put(self, path: str, version: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create or change a resource and wait until that has succeeded; returns the resource."""
        answer = self.request("PUT", path, version, body)
        return self.get(path, version) if self._wait(answer) else answer.body

    def delete(self, path: str, version: str) -> None:
        """Delete a resource and wait until it is gone. A resource that does not exist counts as deleted, a group does not."""
        self._wait(self.request("DELETE", path, version))

    def find_group(self, name: str) -> dict[str, Any] | None:
        """A resource group, or None."""
        return self.find(f"resourceGroups/{name}", GROUPS_VERSION)

    def put_group(self, name: str, location: str = LOCATION) -> str:
        """Create a resource group, or keep the one that exists in this region; returns its id."""
        return str(self.put(f"resourceGroups/{name}", GROUPS_VERSION, {"location": location})["id"])

    def find_network(self, group: str, name: str) -> dict[str, Any] | None:
        """A virtual network, or None."""
        return self.find(_network_path(group, name), NETWORKS_VERSION)

    def put_subnet(self, group: str, network: str, subnet: str = SUBNET, location: str = LOCATION) -> str:
        """Create a virtual network with one subnet, or replace the network; returns the subnet's id."""
        made = self.put(_network_path(group, network), NETWORKS_VERSION, network_body(location, subnet))
        return str(next(each["id"] for each in made["properties"]["subnets"] if each["name"].lower() == subnet.lower()))

    def _sign_in(self) -> str:
        settings = self.settings
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "scope": f"{settings.arm_url}/.default",
        }
        url = f"{settings.arm_url}/{settings.tenant}/oauth2/v2.0/token"
        return str(self._open(urllib.request.Request(url, urlencode(form).encode())).body["access_token"])

    def _wait(self, answer: LabResponse) -> bool:
        """Wait for the operation that an answer began; false if it began none."""
        if operation := answer.headers.get("Azure-AsyncOperation"):
            self._wait_succeeded(operation)
            return True
        if answer.status == 202:
            while answer.status == 202:
                time.sleep(_POLL)
                answer = self._ask("GET", answer.headers["Location"])
            return True
        return False

    def _wait_succeeded(self, operation: str) -> None:
        while True:
            body = self._ask("GET", operation).body
            status = str(body["status"])
            if status.lower() not in _RUNNING:
                break
            time.sleep(_POLL)
        if status != "Succeeded":
            error = body.get("error") or {}
            raise RequestFailed(200, error.get("code", status), error.get("message", f"the operation ended as {status}"))

    def _ask(self, method: str, url: str, body: dict[str, Any] | None = None) -> LabResponse:
        data = None if body is None else json.dumps(body).encode()
        return self._open(urllib.request.Request(url, data, self._headers, method=method))

    def _open(self, request: urllib.request.Request) -> LabResponse:
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                return LabResponse(answer.status, answer.headers, json.loads(answer.read() or b"{}"))
        except urllib.error.HTTPError as error:
            raise _refused(error) from None
        except OSError as error:
            logs = command(self.state, "logs daemon")
            raise lock.NotRunning(f"the lab in {self.state} does not answer: {error}; see `{logs}`") from None


def _network_path(group: str, name: str) -> str:
    return f"resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{name}"


def _refused(error: urllib.error.HTTPError) -> RequestFailed:
    """The exception for a refusal. ARM nests code and message below `error` (`Error` in places), the token endpoint does not."""
    content = json.loads(error.read() or b"{}")
    said = content.get("error") or content.get("Error") or {}
    if isinstance(said, str):
        said = {"code": said, "message": content.get("error_description")}
    facts = {key.lower(): value for key, value in said.items()}
    return RequestFailed(error.code, facts.get("code") or "", facts.get("message") or error.reason)
