"""The parts of one running lab that handlers and operations work with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
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
    """One running lab. `blobs` is a `storage.blobs.BlobStore`; `guests` is a `guests.real.Guests` or a `guests.none.NoGuests`."""

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
        """Run one operation at a time on the resource `id`: a start waits for the deallocation that came before it."""
        with self._guard:
            lock = self._locks.setdefault(id.lower(), threading.RLock())
        with lock:
            yield
