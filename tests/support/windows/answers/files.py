# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of win_file, win_stat, win_copy, win_find and slurp, by their documentation."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import time
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.support.windows.drive import expand
from tests.support.windows.guest import Guest
from tests.support.windows.task import Failed, Task, answers


def place(guest: Guest, path: str) -> Path:
    """The place of a path on this machine, unless the guest refuses access to it."""
    for denied in guest.data.get("denied", ()):
        if f"{expand(path)}\\".lower().startswith(f"{expand(denied)}\\".lower()):
            raise Failed(f"Access to the path '{expand(path)}' is denied.")
    try:
        return guest.drives.find(path)
    except FileNotFoundError:
        raise Failed(f"Cannot find drive. A drive with the name '{path[:1]}' does not exist.") from None


@answers("win_file", "path", "state")
def win_file(guest: Guest, task: Task) -> dict[str, Any]:
    """Create or remove a file or folder."""
    path, found, state = task["path"], place(guest, task["path"]), task["state"]
    if state == "touch":
        return _touch(found, task)
    if state == "absent":
        return _remove(found, task)
    if found.exists():
        if state == "directory" and not found.is_dir():
            raise Failed(f"path {path} is not a directory")
        if state == "file" and found.is_dir():
            raise Failed(f"path {path} is not a file")
        return {}
    if state == "directory" or (state is None and path.endswith(("\\", "/"))):
        if not task.check_mode:
            found.mkdir(parents=True)
        return {"changed": True}
    raise Failed(f"path {path} will not be created")


def _touch(found: Path, task: Task) -> dict[str, Any]:
    if not task.check_mode:
        if not found.parent.is_dir():
            raise Failed(f"Could not find a part of the path '{task['path']}'.")
        found.touch()
    return {"changed": True}


def _remove(found: Path, task: Task) -> dict[str, Any]:
    if not found.exists():
        return {}
    if not task.check_mode:
        (shutil.rmtree if found.is_dir() else Path.unlink)(found)
    return {"changed": True}


@answers("win_stat", "path", "get_checksum", "checksum_algorithm", "get_size", "follow")
def win_stat(guest: Guest, task: Task) -> dict[str, Any]:
    """Describe a file or folder."""
    found = place(guest, task["path"])
    if not found.exists():
        return {"stat": {"exists": False}}
    return {"stat": _described(found, expand(task["path"]), task["get_checksum"], task["checksum_algorithm"] or "sha1")}


def _described(found: Path, path: str, checksum: bool, algorithm: str = "sha1") -> dict[str, Any]:
    status = found.stat()
    common = {
        "exists": True,
        "path": path,
        "filename": found.name,
        "isdir": found.is_dir(),
        "isreg": found.is_file(),
        "islnk": False,
        "isjunction": False,
        "ishidden": False,
        "isreadonly": False,
        "isarchive": found.is_file(),
        "isshared": False,
        "attributes": "Directory" if found.is_dir() else "Archive",
        "nlink": 1,
        "hlnk_targets": [],
        "creationtime": status.st_ctime,
        "lastaccesstime": status.st_atime,
        "lastwritetime": status.st_mtime,
        "owner": r"BUILTIN\Administrators",
    }
    if found.is_dir():
        return {**common, "size": sum(each.stat().st_size for each in found.rglob("*") if each.is_file())}
    sum_of_it = {"checksum": hashlib.new(algorithm, found.read_bytes()).hexdigest()} if checksum else {}
    return {**common, "size": status.st_size, "extension": found.suffix, **sum_of_it}


@answers("slurp", "src")
def slurp(guest: Guest, task: Task) -> dict[str, Any]:
    """Return the content of a file."""
    found = place(guest, task["src"])
    if not found.exists():
        raise Failed(f"Path {task['src']} is not found")
    if found.is_dir():
        raise Failed(f"Path {task['src']} is a directory")
    return {"content": base64.b64encode(found.read_bytes()).decode(), "encoding": "base64", "source": task["src"]}


@answers("win_find", "paths", "patterns", "recurse", "file_type", "hidden", "use_regex", "get_checksum", "follow")
def win_find(guest: Guest, task: Task) -> dict[str, Any]:
    """List files or folders."""
    kind = task["file_type"] or "file"
    looked = [(expand(path), place(guest, path)) for path in task["paths"]]
    if missing := [path for path, folder in looked if not folder.is_dir()]:
        raise Failed(f"Argument path '{missing[0]}' does not exist or is not a directory")
    all_found = [
        (f"{path}\\{each.relative_to(folder)}".replace("/", "\\"), each)
        for path, folder in looked
        for each in sorted(folder.rglob("*") if task["recurse"] else folder.glob("*"))
    ]
    is_kind = Path.is_dir if kind == "directory" else Path.is_file
    fitting = [(path, each) for path, each in all_found if is_kind(each) and _fits(each.name, task)]
    files = [_described(each, path, task["get_checksum"]) for path, each in fitting]
    return {"examined": len(all_found), "matched": len(files), "files": files}


def _fits(name: str, task: Task) -> bool:
    patterns = task["patterns"]
    if not patterns:
        return True
    if task["use_regex"]:
        return any(re.search(each, name, re.IGNORECASE) for each in patterns)
    return any(fnmatch(name.lower(), each.lower()) for each in patterns)


_COPY = ("src", "dest", "force", "backup", "remote_src", "_copy_mode", "_original_basename", "files", "directories", "symlinks")


@answers("win_copy", *_COPY)
def win_copy(guest: Guest, task: Task) -> dict[str, Any]:
    """One step of a copy, as the action plugin asks for it."""
    steps = {"query": _query, "single": _single, "remote": _remote, "explode": _explode}
    return steps[task["_copy_mode"]](guest, task)


def _query(guest: Guest, task: Task) -> dict[str, Any]:
    folder = task["dest"]
    files = []
    for file in task["files"] or ():
        found = place(guest, f"{folder}\\{file['dest']}")
        if found.is_dir():
            found /= Path(file["src"]).name
        if not found.exists() or (task["force"] and hashlib.sha1(found.read_bytes()).hexdigest() != file["checksum"]):
            files.append(file)
    directories = [each for each in task["directories"] or () if not place(guest, f"{folder}\\{each['dest']}").is_dir()]
    return {"files": files, "directories": directories, "symlinks": []}


def _single(guest: Guest, task: Task) -> dict[str, Any]:
    target = _target(guest, task, task["_original_basename"])
    backup = {"backup_file": _backed_up(guest, task)} if task["backup"] and target.is_file() else {}
    shutil.copyfile(place(guest, task["src"]), target)
    return {"changed": True, **backup}


def _backed_up(guest: Guest, task: Task) -> str:
    name = f"{task['dest']}.{time.strftime('%Y%m%d-%H%M%S')}.bak"
    shutil.copyfile(place(guest, task["dest"]), place(guest, name))
    return name


def _target(guest: Guest, task: Task, name: str) -> Path:
    dest = task["dest"]
    target = place(guest, dest)
    if dest.endswith(("\\", "/")) or target.is_dir():
        if not task.check_mode:
            target.mkdir(parents=True, exist_ok=True)
        return target / name
    if not target.parent.is_dir():
        raise Failed(f"Destination directory '{dest.rpartition(chr(92))[0]}' does not exist")
    return target


def _remote(guest: Guest, task: Task) -> dict[str, Any]:
    source = place(guest, task["src"])
    if not source.exists():
        raise Failed(f"Cannot copy src file: '{task['src']}' as it does not exist")
    common = {"src": task["src"], "dest": task["dest"]}
    if source.is_dir():
        return {**common, "operation": "folder_copy", **_remote_folder(guest, task, source)}
    target = _target(guest, task, source.name)
    changed = not target.exists() or (task["force"] and target.read_bytes() != source.read_bytes())
    if changed and not task.check_mode:
        shutil.copyfile(source, target)
    return {**common, "operation": "file_copy", "changed": changed, "size": source.stat().st_size}


def _remote_folder(guest: Guest, task: Task, source: Path) -> dict[str, Any]:
    target = place(guest, task["dest"])
    target = target if task["src"].endswith(("\\", "/")) else target / source.name
    changed = False
    for each in sorted(source.rglob("*")):
        copy = target / each.relative_to(source)
        if each.is_dir() or (copy.is_file() and copy.read_bytes() == each.read_bytes()):
            continue
        changed = True
        if not task.check_mode:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(each, copy)
    return {"changed": changed}


def _explode(guest: Guest, task: Task) -> dict[str, Any]:
    target = place(guest, task["dest"])
    with zipfile.ZipFile(place(guest, task["src"])) as archive:
        for entry in archive.infolist():
            name = base64.b64decode(entry.filename.rstrip("/")).decode()
            copy = target / name
            if entry.is_dir():
                copy.mkdir(parents=True, exist_ok=True)
            else:
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(archive.read(entry))
    return {"changed": True}
