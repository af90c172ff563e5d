"""The one request of Resource Graph: a query, with its answer in pages."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from typing import Any

from azlab.arm.core.json import Json
from azlab.arm.core.times import now
from azlab.arm.graph import errors
from azlab.arm.graph.language import BadQuery, parse
from azlab.arm.graph.rows import TABLES
from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.tenant.subscriptions import known_subscriptions

_MOST = 1000
"""The most rows of one answer, and their number if the request names none."""


def query(call: Call) -> Answer:
    """Answer a query."""
    text, options = str(call.body.get("query") or ""), call.body.get("options") or {}
    try:
        parsed = parse(text)
        if parsed.table not in TABLES:
            raise BadQuery(errors.NO_TABLE(table=parsed.table).body())
        top, skip = _number(options, "$top", 1, _MOST, _MOST), _start(text, options)
        rows = parsed.run(sorted(TABLES[parsed.table](call.lab, _scope(call)), key=lambda row: str(row["id"]).lower()))
    except BadQuery as bad:
        raise errors.BAD_REQUEST(time=now(), correlation=uuid.uuid4()).adding(bad.details) from None
    page = rows[skip : skip + top]
    answer: Json = {"totalRecords": len(rows), "count": len(page), "data": _shown(page, options), "facets": []}
    has_more = len(rows) > skip + top
    answer["resultTruncated"] = "true" if has_more and not _has_ids(rows) else "false"
    if has_more and _has_ids(rows):
        answer["$skipToken"] = _token(text, skip + top)
    return Answer(200, answer)


def _has_ids(rows: list[Json]) -> bool:
    """Whether the rows have the column `id`: without it, there are no further pages (documented)."""
    return all("id" in row for row in rows)


def _scope(call: Call) -> list[str]:
    """The subscriptions to search: all that the client sees, or those of the request among them."""
    known, given = known_subscriptions(call.lab.settings), call.body.get("subscriptions")
    wanted = {str(each).lower() for each in given or known}
    found = [each for each in known if each in wanted]
    if not found:
        raise BadQuery(errors.NO_SUBSCRIPTIONS(given=", ".join(given or [])).body())
    return found


def _number(options: Json, name: str, least: int, most: int, default: int) -> int:
    value = options.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadQuery(errors.BAD_OPTION(value=value, option=name).body())
    return value


def _start(text: str, options: Json) -> int:
    """The place of the first row: that of the token, which belongs to one query, or the number of rows to leave out."""
    token = options.get("$skipToken")
    if not token:
        return _number(options, "$skip", 0, 2**31, 0)
    try:
        place, digest = json.loads(base64.b64decode(str(token), validate=True))
    except ValueError:
        raise BadQuery(errors.BAD_OPTION(value=token, option="$skipToken").body()) from None
    if digest != _digest(text):
        raise BadQuery(errors.BAD_OPTION(value=token, option="$skipToken").body())
    return int(place)


def _token(text: str, place: int) -> str:
    return base64.b64encode(json.dumps([place, _digest(text)]).encode()).decode()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _shown(rows: list[Json], options: Json) -> Any:
    """The rows as objects, or as a table."""
    if str(options.get("resultFormat", "objectArray")).lower() != "table":
        return rows
    names = list(rows[0]) if rows else []
    columns = [{"name": name, "type": "object" if isinstance(rows[0][name], dict) else "string"} for name in names]
    return {"columns": columns, "rows": [[row[name] for name in names] for row in rows]}


ROUTES = [Route("POST", "/providers/Microsoft.ResourceGraph/resources", query, "graph.query")]
