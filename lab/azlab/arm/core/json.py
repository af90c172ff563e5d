"""The type of JSON objects: bodies of requests and answers, and parts of them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
