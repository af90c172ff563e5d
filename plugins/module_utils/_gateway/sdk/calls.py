# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of the SDK's operations, with the same effect for every azure-mgmt-compute from 33.0.0 on.

Bodies are sent as bytes, because the serializer of 33 drops every key that its models do not know. Answers are read as raw JSON, and
each call names its api-version, so that neither a generated model nor a default of the SDK matters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .polling import never, paced_polling

# The newest api-versions of 33.0.0, which azure.azcollection pins.
COMPUTE = "2024-07-01"
DISKS = "2024-03-02"
GALLERIES = "2024-03-03"
"""For galleries, image definitions and versions; newer than what 33 knows."""
VM_CREATION = "2025-04-01"
"""The first one in which the network interface that is created together with a VM can have tags."""

Json = dict[str, Any]


def read(operation: Callable[..., Any], *names: str, api_version: str, **options: Any) -> Json:
    """The answer of an operation that is done when it answers."""
    return _object(operation(*names, api_version=api_version, cls=_raw, **options))


def run(
    operation: Callable[..., Any],
    *names: str,
    api_version: str,
    body: Mapping[str, Any] | None = None,
    enough: Callable[[], bool] = never,
) -> Json:
    """The result of a long-running operation, after waiting for its end or until ``enough`` says that it need not be waited for."""
    content = () if body is None else (encode(body),)
    headers = {} if body is None else {"content_type": "application/json"}
    poller = operation(*names, *content, api_version=api_version, cls=_raw, polling=paced_polling(enough), **headers)
    return _object(poller.result())


def encode(body: Mapping[str, Any]) -> bytes:
    """The JSON of a body, without spaces."""
    return json.dumps(body, separators=(",", ":")).encode()


def _raw(response: Any, *_deserialized: Any) -> Any:
    text = response.http_response.text()
    return json.loads(text) if text and text.strip() else {}


def _object(answer: Any) -> Json:
    return answer if isinstance(answer, dict) else {}
