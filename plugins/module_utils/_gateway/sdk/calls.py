# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the SDK's operations are called, so that any azure-mgmt-compute from 33.0.0 on does the same.

Bodies go as bytes: 33's serializer drops every key that its models do not know. Answers are read raw, and each call names its
api-version: no generated model and no default of the SDK has a say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .waiting import POLL_SECONDS

# The newest that 33.0.0 knows, since that is what azure.azcollection pins; 33 pages with its own version, so these must be its own.
COMPUTE = "2024-07-01"
DISKS = "2024-03-02"

Json = dict[str, Any]


def read(operation: Callable[..., Any], *names: str, api_version: str, **options: Any) -> Json:
    """One call that answers at once."""
    return _object(operation(*names, api_version=api_version, cls=_raw, **options))


def run(operation: Callable[..., Any], *names: str, api_version: str, body: Mapping[str, Any] | None = None) -> Json:
    """A long-running operation, from its request to its result."""
    content = () if body is None else (encode(body),)
    headers = {} if body is None else {"content_type": "application/json"}
    poller = operation(*names, *content, api_version=api_version, cls=_raw, polling_interval=POLL_SECONDS, **headers)
    return _object(poller.result())


def pages(operation: Callable[..., Any], *names: str, api_version: str) -> list[Json]:
    """Everything that a list has, over all its pages."""
    answers: list[Json] = []
    for _item in operation(*names, api_version=api_version, raw_response_hook=lambda response: answers.append(_raw(response))):
        continue
    return [item for answer in answers for item in answer.get("value") or []]


def encode(body: Mapping[str, Any]) -> bytes:
    """JSON as it travels."""
    return json.dumps(body, separators=(",", ":")).encode()


def _raw(response: Any, *_deserialized: Any) -> Any:
    text = response.http_response.text()
    return json.loads(text) if text and text.strip() else {}


def _object(answer: Any) -> Json:
    return answer if isinstance(answer, dict) else {}
