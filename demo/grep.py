"""Many words sought in many bytes at once, by GNU grep: in what is sent to it, or in every file below a folder."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

GREP = ("grep", "--fixed-strings", "--text", "--only-matching", "--byte-offset", "--null", "--with-filename")
_FOUND = re.compile(rb"([^\0]*)\0(\d+):([^\n]*)\n")


def in_bytes(words: Iterable[bytes], data: Iterable[bytes]) -> list[tuple[int, bytes]]:
    """The words that the data holds, each with the number of bytes before it. A word holds no end of line."""
    return [(offset, word) for _name, offset, word in _grep(words, data, "-")]


def in_files(words: Iterable[bytes], root: Path) -> list[tuple[Path, bytes]]:
    """The words that files below a folder hold, each once a file; links are not followed."""
    found = {(os.fsdecode(name), word) for name, _offset, word in _grep(words, (), "--recursive", str(root))}
    return [(Path(name), word) for name, word in sorted(found)]


def _grep(words: Iterable[bytes], data: Iterable[bytes], *where: str) -> list[tuple[bytes, int, bytes]]:
    with tempfile.NamedTemporaryFile() as wanted, tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaints:
        wanted.write(b"".join(word + b"\n" for word in words))
        wanted.flush()
        command = [*GREP, f"--file={wanted.name}", *where]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=complaints, env={**os.environ, "LC_ALL": "C"})
        with process:
            assert process.stdin is not None
            for block in data:
                process.stdin.write(block)
        said.seek(0)
        complaints.seek(0)
        if process.returncode > 1:
            raise OSError(f"grep: {complaints.read().decode(errors='replace').strip()}")
        return [(name, int(offset), word) for name, offset, word in _FOUND.findall(said.read())]
