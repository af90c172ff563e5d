"""The request log: one JSON object per line, when a request arrives (phase "in") and when it is answered (phase "out")."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path
from typing import Any

_SECRET = re.compile(r"(?i)\b(sig|client_secret|client_assertion|access_token|password)=[^&\s\"]*")


def masked(text: str) -> str:
    """The text with signatures and secrets replaced by ***."""
    return _SECRET.sub(lambda match: f"{match.group(1)}=***", text)


class RequestLog:
    """Appends to `<state>/logs/<plane>.jsonl`. Each line is one write, so lines of several threads never mix."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def write(self, phase: str, *, method: str, path: str, **facts: Any) -> None:
        """Log one request or response; facts are op, status, bytes, client and others, such as the body of a request on a gallery."""
        entry = {"t": round(time.time(), 6), "phase": phase, "method": method, "path": masked(path), **facts}
        line = json.dumps(entry, separators=(",", ":")) + "\n"
        with self._lock:
            self._file.write(line.encode())
