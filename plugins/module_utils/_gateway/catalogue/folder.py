# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private folder of JSON files that several processes write: files are replaced as a whole, and what cannot be ours is ignored."""

from __future__ import annotations

import json
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

LARGEST = 256 * 1024 * 1024
"""Bytes of a file that is read. A larger one cannot be ours."""
TEMPORARY, LEFTOVER_SECONDS = ".new-", 3600.0
"""The begin of the name of a file that is being written, and the age at which its writer must have been killed."""
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
LOCK_SECONDS, LOCK_PAUSE = 30.0, 0.05
"""How long a writer waits for the others, and between two tries: one of them may be stopped, and the lock of a network may never answer."""


class PrivateFolder:
    """A folder of JSON files. ``flaw`` is a sentence if it cannot be used: it then holds nothing, and writing does nothing."""

    def __init__(self, root: str, name: str) -> None:
        self._path = Path(os.path.expanduser(root)) / name
        self.flaw = _flaw(self._path.parent)

    def read(self, name: str) -> Any:
        """The JSON of a file; None if there is none, or one that is damaged or is not a file of our own."""
        if self.flaw:
            return None
        try:
            descriptor = os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(descriptor, "rb") as file:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_size > LARGEST:
                    return None
                return json.loads(file.read())
        except (OSError, ValueError, RecursionError):
            return None

    def write(self, name: str, value: Any) -> None:
        """Replace a file in one step. The first failure, such as a full disk, becomes the flaw."""
        if self.flaw:
            return
        try:
            self._path.mkdir(PRIVATE_FOLDER, exist_ok=True)
            self._replace(name, json.dumps(value, separators=(",", ":")).encode())
        except OSError as error:
            self.flaw = f"cannot write the cache of the catalogue in {self._path}: {error.strerror or error}."

    def _replace(self, name: str, content: bytes) -> None:
        self._remove_leftovers()
        descriptor, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=self._path)
        try:
            with open(descriptor, "wb") as file:
                os.fchmod(descriptor, PRIVATE_FILE)
                file.write(content)
            os.replace(temporary, self._path / name)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise

    def _remove_leftovers(self) -> None:
        """Delete the files of writers that were killed."""
        for path in self._path.glob(f"{TEMPORARY}*"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
                    path.unlink()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other writers of the folder out, where the file system has locks and no one keeps one for long. Without a lock a writer may
        undo what another one added.
        """
        descriptor = None
        with suppress(OSError):
            if not self.flaw:
                self._path.mkdir(PRIVATE_FOLDER, exist_ok=True)
                descriptor = os.open(self._path / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
                _lock(descriptor)
        try:
            yield
        finally:
            if descriptor is not None:
                os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Lock a file; raises BlockingIOError if another process has locked it for too long."""
    import fcntl

    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise
        time.sleep(LOCK_PAUSE)


def _flaw(root: Path) -> str:
    """Make the folder if it does not exist; a sentence if it cannot be used, or others could write to it."""
    refused = f"the catalogue is not cached in {root}"
    if str(root).startswith("~"):
        return f"{refused}: this user has no home directory. Set cache_path to a folder that can be written."
    try:
        root.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        found = root.stat()
    except OSError as error:
        return f"{refused}: {error.strerror or error}. Set cache_path to a folder that can be written."
    if found.st_uid != os.geteuid():
        return f"{refused}, because the folder belongs to another user. Set cache_path to a folder of your own."
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"{refused}, because other users can write to it. Run chmod 700 {root}, or set another cache_path."
    return ""
