"""What every handler can reach: settings, state, blobs, guests, operations."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from azlab.arm.core.operations import Operations
from azlab.faults import Faults
from azlab.requestlog import RequestLog
from azlab.settings import Settings
from azlab.store import Store


@dataclass
class Lab:
    """One running lab. `blobs` and `guests` are the other rooms of the lab, spoken to through their public surface alone."""

    settings: Settings
    store: Store
    blobs: Any
    guests: Any
    operations: Operations
    faults: Faults
    log: RequestLog
    _locks: dict[str, threading.RLock] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def alone(self, id: str) -> Iterator[None]:
        """Work on one resource at a time: a start waits for the deallocation before it."""
        with self._guard:
            lock = self._locks.setdefault(id.lower(), threading.RLock())
        with lock:
            yield


def now() -> str:
    """The time as Azure writes it."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f0+00:00")


Work = Callable[[], Any]
