# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the checkout and their imports, for the structure tests."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
COLLECTION = "ansible_collections.goldenimage.azure"
MODULE_UTILS = f"{COLLECTION}.plugins.module_utils"


def tracked(*patterns: str) -> list[Path]:
    """Files of the checkout that git tracks or would add, by patterns of git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in sorted(set(names.split("\0"))) if name and (ROOT / name).is_file()]


def modules() -> list[str]:
    """The names of the collection's modules."""
    return [path.stem for path in tracked("plugins/modules/*.py") if not _only_documents(path)]


def documented_actions() -> list[str]:
    """The names of the action plugins that have no module to run: a file among the modules has their documentation, as Ansible wants it."""
    return [path.stem for path in tracked("plugins/modules/*.py") if _only_documents(path)]


def _only_documents(path: Path) -> bool:
    return not any(isinstance(node, ast.FunctionDef) for node in ast.parse(path.read_text()).body)


def imports(source: str, package: str) -> set[str]:
    """The absolute names that Python code imports, also inside functions and for type checking.

    `package` is the package of the code, for its relative imports. `from a import b` counts as `a.b`, since `b` may be a module.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{origin}.{name.name}" for name in node.names}
    return found


def graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """The imports among some modules, which are given as sources by dotted name."""
    found: dict[str, set[str]] = {}
    for name, text in sources.items():
        imported = imports(text, name.rpartition(".")[0])
        found[name] = {each for each in (imported | {each.rpartition(".")[0] for each in imported}) if each in sources}
    return found


def package_of(path: Path) -> str:
    """The package that a file of the collection belongs to."""
    return ".".join([COLLECTION, *path.relative_to(ROOT).parent.parts])


def has_test(test: str) -> bool:
    """Whether a test, given as file::function, exists."""
    path, _, name = test.partition("::")
    file = ROOT / path
    functions = ast.walk(ast.parse(file.read_text())) if file.is_file() else ()
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in functions)
