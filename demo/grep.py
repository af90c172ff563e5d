"""Search for many words at once by GNU grep: in a stream of bytes, or in every file below a folder."""

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
    """The words that the data contains, each with its byte offset. A word must not contain a line feed."""
    return [(offset, word) for _name, offset, word in _grep(words, data, "-")]


def in_files(words: Iterable[bytes], root: Path) -> list[tuple[Path, bytes]]:
    """The files below a folder and the words that they contain, each word once per file; symbolic links are not followed."""
    found = {(os.fsdecode(name), word) for name, _offset, word in _grep(words, (), "--recursive", str(root))}
    return [(Path(name), word) for name, word in sorted(found)]


def _grep(words: Iterable[bytes], data: Iterable[bytes], *where: str) -> list[tuple[bytes, int, bytes]]:
    with tempfile.NamedTemporaryFile() as wanted, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        wanted.write(b"".join(word + b"\n" for word in words))
        wanted.flush()
        command = [*GREP, f"--file={wanted.name}", *where]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=errors, env={**os.environ, "LC_ALL": "C"})
        with process:
            assert process.stdin is not None
            for block in data:
                process.stdin.write(block)
        output.seek(0)
        errors.seek(0)
        if process.returncode > 1:
            raise OSError(f"grep: {errors.read().decode(errors='replace').strip()}")
        return [(name, int(offset), word) for name, offset, word in _FOUND.findall(output.read())]
