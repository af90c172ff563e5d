# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads recordings: VCR cassettes (YAML), sessions of the Azure SDK's test proxy (JSON), and plain lists of exchanges (JSON)."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

_VERSION = re.compile(r"api-version=[\w-]+")
_COMPUTE = "/providers/microsoft.compute/"
_NOT_RECORDED = ("retry-after",)
"""The headers that azure-devtools, which wrote the cassettes, removes from every answer (its `FILTER_HEADERS`)."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotARecording(Exception):
    """A file has none of the supported formats."""


@dataclass(frozen=True)
class Exchange:
    """One recorded request and its answer. Header names are in lower case."""

    method: str
    url: str
    body: Any
    status: int
    headers: dict[str, str]
    answer: Any
    removed_headers: tuple[str, ...] = ()
    """Headers that the recorder removes: Azure may or may not have sent them."""

    @property
    def path(self) -> str:
        """The path of the URL, with single slashes."""
        return urlsplit(self.url).path.replace("//", "/")

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the URL."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query, keep_blank_values=True).items()}


@dataclass(frozen=True)
class Recording:
    """The exchanges of one recorded test."""

    name: str
    exchanges: tuple[Exchange, ...] = field(repr=False)


def read_folder(folder: Path) -> list[Recording]:
    """All recordings below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".yaml", ".yml"))
    return [read(path.stem, path.read_bytes()) for path in files]


def read(name: str, content: bytes) -> Recording:
    """Parse one recording in any of the formats; NotARecording if it has none of them."""
    text = content.decode("utf-8-sig")
    data = json.loads(text) if text.lstrip()[:1] in ("{", "[") else yaml.load(text, Loader=_LOADER)
    return Recording(name, _as_answered(_as_sent(tuple(_exchanges(name, data)))))


def _as_sent(exchanges: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
    """The exchanges in the order in which Azure answered them.

    Some recorders write all answers to the same request next to each other, also those that were given much later.
    """
    dates: list[float] = []
    for exchange in exchanges:
        last = dates[-1] if dates else 0.0
        dates.append(parsedate_to_datetime(exchange.headers["date"]).timestamp() if "date" in exchange.headers else last)
    return tuple(exchange for _date, exchange in sorted(zip(dates, exchanges, strict=True), key=lambda pair: pair[0]))


def _as_answered(exchanges: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
    """The exchanges with the api-versions that Azure has answered.

    Some repositories replaced the versions in the URLs of recorded requests, but not in the URLs that Azure returned.
    """
    real = {}
    for exchange in exchanges:
        asked, answered = _VERSION.search(exchange.url), _VERSION.search(exchange.headers.get("azure-asyncoperation", ""))
        if asked and answered and _COMPUTE in exchange.url.lower():
            real[asked[0]] = answered[0]
    return tuple(
        replace(exchange, url=_VERSION.sub(lambda match: real.get(match[0], match[0]), exchange.url))
        if _COMPUTE in exchange.url.lower()
        else exchange
        for exchange in exchanges
    )


def _exchanges(name: str, data: Any) -> Iterator[Exchange]:
    if isinstance(data, list):
        yield from map(_from_list, data)
    elif isinstance(data, dict) and "Entries" in data:
        yield from map(_from_proxy, data["Entries"])
    elif isinstance(data, dict) and "interactions" in data:
        yield from map(_from_cassette, data["interactions"])
    else:
        raise NotARecording(f"{name}: expected a list of exchanges, a test proxy session or a VCR cassette")


def _from_list(entry: dict[str, Any]) -> Exchange:
    headers = _headers(entry.get("response_headers"))
    return Exchange(entry["method"], entry["url"], entry.get("request_body"), entry["status"], headers, entry.get("response_body"))


def _from_proxy(entry: dict[str, Any]) -> Exchange:
    headers = _headers(entry.get("ResponseHeaders"))
    body, answer = _parsed(_joined(entry.get("RequestBody"))), _parsed(_joined(entry.get("ResponseBody")))
    return Exchange(entry["RequestMethod"], entry["RequestUri"], body, entry["StatusCode"], headers, answer)


def _from_cassette(entry: dict[str, Any]) -> Exchange:
    request, response = entry["request"], entry["response"]
    status, headers = response["status"]["code"], _headers(response.get("headers"))
    answer = _parsed((response.get("body") or {}).get("string"))
    return Exchange(request["method"], request["uri"], _parsed(request.get("body")), status, headers, answer, _NOT_RECORDED)


def _headers(headers: dict[str, Any] | None) -> dict[str, str]:
    return {name.lower(): value[0] if isinstance(value, list) else str(value) for name, value in (headers or {}).items()}


def _joined(body: Any) -> Any:
    """A body as one text, where the test proxy has stored its lines: so it does with lists, which Azure's catalogue consists of."""
    return "".join(body) if isinstance(body, list) and body and all(isinstance(line, str) for line in body) else body


def _parsed(body: Any) -> Any:
    """A body as JSON. Old recorders wrapped it in `b'...'`, sometimes more than once."""
    while isinstance(body, str) and body.startswith(("b'", 'b"')):
        body = ast.literal_eval(body)
        body = body.decode() if isinstance(body, bytes) else body
    if isinstance(body, bytes):
        body = body.decode()
    if not isinstance(body, str):
        return body
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except json.JSONDecodeError:
        return body
