# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that sudo gives to removed accounts. They are taken out rule by rule: a rule can span lines and name several users."""

from __future__ import annotations

import glob
import os
import platform
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import deletion
from machine import Machine
from report import Check, Finding
from system import NotSealed, read_exactly, replace_text
from traces import REMOVED

MAIN = "/etc/sudoers"
SPACE = r"(?:[ \t]|\\\n)*"
ITEM = r'(?:![ \t!]*)?(?:%:?|\+)?(?:"(?:\\.|[^"\\\n])*"|(?:\\[^\n]|[^\s,:=!()"\\])+)'
LIST = rf"{ITEM}(?:{SPACE},{SPACE}{ITEM})*"
INCLUDE = re.compile(r'^[ \t]*([#@]include(?:dir)?)[ \t]+(?:"([^"\n]+)"|((?:\\.|[^\s\\])+))[ \t]*$', re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*#(?!\d|include(dir)?\b)")
DEFAULTS = re.compile(rf"^({SPACE}Defaults[:>]{SPACE})({LIST})", re.DOTALL)
ALIASES = re.compile(rf"^({SPACE}(?:User|Runas)_Alias{SPACE})(.*)$", re.DOTALL)
ALIAS = re.compile(rf"^({SPACE})(\w+)({SPACE}={SPACE})({LIST})(.*)$", re.DOTALL)
OTHER = re.compile(rf"^{SPACE}(?:Defaults|(?:Host|Cmnd|Cmd)_Alias|[#@]include)")
RULE = re.compile(rf"^({SPACE})({LIST})", re.DOTALL)
RUNAS = re.compile(rf"\({SPACE}({LIST})")


class Gone(NamedTuple):
    """The names that leave the rules: as sudoers writes accounts and their own groups, and aliases of which nothing is left."""

    users: frozenset[str]
    aliases: frozenset[str] = frozenset()

    def holds(self, item: str) -> bool:
        """Whether an item of a list means one of them; it may be quoted, escaped or negated."""
        name = re.sub(r"\\(.)", r"\1", item.lstrip("! \t")).replace('"', "")
        return name in self.users or name in self.aliases

    def left_of(self, items: str) -> list[str]:
        """The items of a list that stay; none if only exceptions would be left."""
        left = [item for item in re.findall(ITEM, items) if not self.holds(item)]
        return left if any(not item.startswith("!") for item in left) or len(left) == len(re.findall(ITEM, items)) else []


def names_of(users: Collection[str]) -> Gone:
    """The spellings of accounts in sudoers: name, number, and the group of the same name."""
    entries = [entry for entry in pwd.getpwall() if entry.pw_name in users]
    numbers = [f"#{entry.pw_uid}" for entry in entries]
    return Gone(frozenset((*users, *numbers, *(f"%{user}" for user in users))))


def statements(text: str) -> list[str]:
    """The text, cut into rules, settings and comments; one that goes on after a backslash is one piece. Comments never go on."""
    pieces: list[str] = []
    open_piece = False
    for line in text.splitlines(keepends=True):
        if open_piece:
            pieces[-1] += line
        else:
            pieces.append(line)
        ending = re.search(r"(\\*)\n?$", line)
        open_piece = not COMMENT.match(pieces[-1]) and ending is not None and len(ending[1]) % 2 == 1
    return pieces


def without_users(texts: dict[str, str], users: Collection[str]) -> dict[str, str]:
    """The texts of sudoers files without these accounts. An alias of which nothing is left takes along what refers to it."""
    gone = names_of(users)
    while True:
        changed = {path: "".join(changed_statement(piece, gone) for piece in statements(text)) for path, text in texts.items()}
        empty = frozenset(name for text in texts.values() for piece in statements(text) for name in empty_aliases(piece, gone))
        if empty <= gone.aliases:
            return changed
        gone = gone._replace(aliases=gone.aliases | empty)


def changed_statement(piece: str, gone: Gone) -> str:
    """A rule, setting or comment without what is gone; empty if nothing of it is left."""
    if COMMENT.match(piece):
        return "" if gone.users & {*re.findall(r"[\w.$-]+", piece)} else piece
    found = ALIASES.match(piece)
    if found:
        changed = [changed_alias(part, gone) for part in alias_parts(found[2])]
        kept = [part for part in changed if part]
        return found[1] + ":".join(kept).rstrip("\n") + "\n" if kept else ""
    found = DEFAULTS.match(piece) or (None if OTHER.match(piece) else RULE.match(piece))
    return piece if found is None else changed_list(piece, found.group(1), found.group(2), gone)


def changed_list(piece: str, before: str, items: str, gone: Gone) -> str:
    """A text whose list of accounts, which follows `before`, is without what is gone; empty if the list is empty then."""
    left = gone.left_of(items)
    if len(left) == len(re.findall(ITEM, items)):
        return piece
    return before + ", ".join(left) + piece[len(before) + len(items) :] if left else ""


def alias_parts(text: str) -> list[str]:
    """The definitions in a line of aliases, which are separated by colons."""
    return re.split(rf":(?={SPACE}[A-Z]\w*{SPACE}=)", text)


def changed_alias(part: str, gone: Gone) -> str:
    """One definition of an alias without what is gone; empty if nothing is left of it."""
    found = ALIAS.match(part)
    return part if found is None else changed_list(part, found[1] + found[2] + found[3], found[4], gone)


def empty_aliases(piece: str, gone: Gone) -> Iterator[str]:
    """The names of the aliases in a statement of which nothing is left."""
    found = ALIASES.match(piece)
    aliases = [] if found is None or COMMENT.match(piece) else [(ALIAS.match(part), part) for part in alias_parts(found[2])]
    return (alias[2] for alias, part in aliases if alias is not None and not changed_alias(part, gone))


def sudoers_files(main: str) -> list[str]:
    """The files that sudo reads, in no order, and those next to them that it ignores (with a dot or `~` in their name)."""
    files = [main] if os.path.isfile(main) else []
    for path in files:  # grows while included files are found
        for kind, quoted, plain in INCLUDE.findall(read_exactly(path)):
            name = os.path.join(os.path.dirname(path), (quoted or plain.replace("\\", "")).replace("%h", platform.node().split(".")[0]))
            included = sorted(glob.glob(f"{glob.escape(name)}/*")) if kind.endswith("dir") else [name]
            files += [each for each in included if os.path.isfile(each) and each not in files]
    return files


def changed_files(machine: Machine) -> dict[str, str]:
    """The texts that the sudoers files will have, by path. What traces.py removes is left out."""
    removed = {path for pattern in REMOVED for path in glob.glob(pattern)}
    return without_users({path: read_exactly(path) for path in sudoers_files(MAIN) if path not in removed}, machine.users)


def remove_rights(machine: Machine) -> None:
    """Take the rights of removed accounts out of sudoers. Raises NotSealed if sudo could not use the result, unless that is waived."""
    for path, text in changed_files(machine).items():
        if is_dropped(path, text):
            deletion.remove(path, frozenset())
        elif not os.path.islink(path):  # the owner may have waived that
            replace_text(path, text)
    failure = failure_of_visudo(MAIN)
    if failure and "sudoers" not in machine.waived:
        raise NotSealed(f"sudo cannot use the changed rules: {failure}")


def is_dropped(path: str, text: str) -> bool:
    """Whether a file goes because nothing of it is left: its name may be that of the account."""
    return not text.strip() and os.path.dirname(path) == f"{MAIN}.d"


def failure_of_visudo(main: str) -> str:
    """The objection of visudo to these rules; empty if it accepts them, or if sudo is not installed."""
    if not os.path.exists(main) or not shutil.which("visudo"):
        return ""
    done = subprocess.run(["visudo", "-c", "-f", main], capture_output=True, text=True, errors="replace", check=False)
    return " ".join((done.stderr or done.stdout).split())[-300:] if done.returncode else ""


def unusable_rules(machine: Machine) -> Iterator[Finding]:
    """The objection of sudo to the changed rules, tried on a copy in memory, and rules that let others act as a removed account."""
    files = changed_files(machine)
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        for path, text in ((path, text) for path, text in files.items() if not is_dropped(path, text)):
            copy = Path(f"{folder}{path}")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(moved(text, folder), errors="surrogateescape")
            copy.chmod(0o440)
        failure = failure_of_visudo(f"{folder}{MAIN}")
        if failure:
            yield Finding(f"visudo refuses the rules that would be left: {failure.replace(folder, '')}")
    gone = names_of(machine.users)
    for path, text in files.items():
        if os.path.islink(path) and text != read_exactly(path) and not is_dropped(path, text):
            yield Finding(f"{path} is a link to {os.path.realpath(path)}, so the rights of removed accounts would stay there")
        for piece in statements(text):
            if not COMMENT.match(piece) and any(gone.holds(item) for found in RUNAS.findall(piece) for item in re.findall(ITEM, found)):
                yield Finding(f"{path} lets others act as an account that is to be removed: {piece}")


def moved(text: str, folder: str) -> str:
    """The text of a sudoers file whose included files are copies in a folder."""
    return INCLUDE.sub(lambda found: re.sub(r'([ \t"])/', rf"\1{folder}/", found[0], count=1), text)


CHECKS = (
    Check(
        id="sudoers",
        fine="the rules of sudo stay usable without the removed accounts",
        why="sudo would refuse to work on every clone",
        mend="correct the rules with visudo, or list the account under linux_generalize_keep_users",
        source="https://www.sudo.ws/docs/man/sudoers.man/",
        look=unusable_rules,
    ),
)
