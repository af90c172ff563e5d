"""The control plane as a client sees it, signed in: for the commands of `azlab` that make or delete resources."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from azlab import daemon
from azlab.settings import LabError, Settings, command

_POLL = 0.2


class RequestFailed(LabError):
    """The control plane refused a request; the text is its own."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def opener(settings: Settings) -> urllib.request.OpenerDirector:
    """Opens URLs of this lab: by its own CA, and through no proxy."""
    context = ssl.create_default_context(cafile=str(settings.ca))
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))


class ControlPlane:
    """The control plane of the lab that is up in a state directory."""

    def __init__(self, state: Path) -> None:
        self._settings = settings = Settings.load(state)
        daemon.require_running(settings.state)
        self._opener = opener(settings)
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "scope": f"{settings.arm_url}/.default",
        }
        url = f"{settings.arm_url}/{settings.tenant}/oauth2/v2.0/token"
        _, _, token = self._open(urllib.request.Request(url, urlencode(form).encode()))
        self._headers = {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/json"}

    @property
    def state(self) -> Path:
        """The state directory of the lab."""
        return self._settings.state

    def id(self, path: str) -> str:
        """The id of a resource below the subscription."""
        return f"/subscriptions/{self._settings.subscription}/{path}"

    def get(self, path: str, version: str) -> dict[str, Any]:
        """A resource, or a list of them."""
        return self._ask("GET", self._url(path, version))[2]

    def find(self, path: str, version: str) -> dict[str, Any] | None:
        """A resource, or None if there is none."""
        try:
            return self.get(path, version)
        except RequestFailed as error:
            if error.status != 404:
                raise
            return None

    def put(self, path: str, version: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make or change a resource, and wait until it is Succeeded."""
        resource = self._ask("PUT", self._url(path, version), body)[2]
        while resource["properties"]["provisioningState"] != "Succeeded":
            time.sleep(_POLL)
            resource = self.get(path, version)
        return resource

    def delete(self, path: str, version: str) -> None:
        """Delete a resource, and wait until it is gone."""
        status, location, _ = self._ask("DELETE", self._url(path, version))
        while status == 202:
            time.sleep(_POLL)
            status, _, _ = self._ask("GET", location)

    def _url(self, path: str, version: str) -> str:
        return f"{self._settings.arm_url}{quote(self.id(path))}?api-version={version}"

    def _ask(self, method: str, url: str, body: dict[str, Any] | None = None) -> tuple[int, str, dict[str, Any]]:
        data = None if body is None else json.dumps(body).encode()
        return self._open(urllib.request.Request(url, data, self._headers, method=method))

    def _open(self, request: urllib.request.Request) -> tuple[int, str, dict[str, Any]]:
        """Status, Location and content of the answer."""
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, answer.headers.get("Location", ""), json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            content = json.loads(error.read() or b"{}")
            said = {key.lower(): value for key, value in (content.get("error") or content.get("Error") or {}).items()}
            raise RequestFailed(error.code, said.get("message", error.reason)) from None
        except OSError as error:
            raise daemon.NotRunning(
                f"the lab in {self.state} does not answer: {error}; see `{command(self.state, 'logs daemon')}`"
            ) from None
