# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The import rules of the rooms: the table RULES, checked against the imports of each file."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.tree import COLLECTION, MODULE_UTILS, ROOT, graph, imports, modules, package_of, tracked

# For each room: the other rooms and the outside packages that it may import. Its own files and Python's library are always allowed.
RULES = {
    "action": ({"_ansible", "_core", "_disks", "_gateway", "_planning"}, {"ansible"}),
    "filter": ({"_planning"}, set()),
    "modules": ({"_ansible", "_core", "_disks", "_gateway", "_planning"}, {"ansible"}),
    "_ansible": ({"_core"}, {"ansible"}),
    "_gateway": ({"_core"}, {"azure", "requests", "urllib3"}),
    "_disks": ({"_core"}, {"pyfsntfs", "regipy"}),
    "_planning": ({"_core"}, set()),
    "_core": (set(), set()),
    "doc_fragments": (set(), set()),
}
# They run on machines without the Azure SDKs.
WITHOUT_SDK = ("_gateway/pages/", "_gateway/parsing/")
LOOKS_FOR_MODULES = "importlib.util"
"""Tells whether a module exists, and imports nothing."""
DYNAMIC = {"importlib", "__import__", "import_module", "exec", "eval"}


def room_of(path: Path) -> str:
    """The room a plugin file lives in."""
    parts = path.relative_to(ROOT / "plugins").parts
    return parts[1] if parts[0] == "module_utils" else parts[0]


def forbidden(room: str, imported: set[str]) -> set[str]:
    """The imports that the room's rule does not allow."""
    rooms, outside = RULES[room]
    return {name for name in imported if not _allowed(name, rooms | {room}, outside)}


def import_cycle(sources: dict[str, str]) -> list[str]:
    """The modules of one import cycle; none if there is no cycle."""
    try:
        TopologicalSorter(graph(sources)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _allowed(name: str, rooms: set[str], outside: set[str]) -> bool:
    if name.startswith(f"{MODULE_UTILS}."):
        return name[len(MODULE_UTILS) + 1 :].split(".")[0] in rooms
    top = name.split(".")[0]
    return top in outside or top in sys.stdlib_module_names


PLUGIN_FILES = tracked("plugins/*.py")


@pytest.mark.parametrize("path", PLUGIN_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_plugin_file_imports_only_what_its_room_may(path: Path) -> None:
    assert forbidden(room_of(path), imports(path.read_text(), package_of(path))) == set()


@pytest.mark.parametrize("folder", WITHOUT_SDK)
def test_what_runs_anywhere_needs_no_azure_sdk(folder: str) -> None:
    files = tracked(f"plugins/module_utils/{folder}*.py")
    assert files
    assert {each for path in files for each in imports(path.read_text(), package_of(path)) if each.split(".")[0] == "azure"} == set()


def test_the_collection_has_no_import_cycle() -> None:
    assert import_cycle({f"{package_of(path)}.{path.stem}": path.read_text() for path in PLUGIN_FILES}) == []


def test_the_lab_has_no_import_cycle() -> None:
    files = tracked("lab/azlab/*.py")
    assert files
    assert import_cycle({".".join(path.relative_to(ROOT / "lab").with_suffix("").parts): path.read_text() for path in files}) == []


def absolute(source: str) -> list[int]:
    """The lines that import from the collection by its full name, or mention that name outside of documentation."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        and not node.level
        and (node.module or "").startswith(COLLECTION)
        or isinstance(node, ast.Import)
        and any(name.name.startswith(COLLECTION) for name in node.names)
    ]


@pytest.mark.parametrize("path", PLUGIN_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_plugin_file_imports_the_collection_by_relative_names(path: Path) -> None:
    assert absolute(path.read_text()) == []


@pytest.mark.parametrize("code", [f"from {MODULE_UTILS}._core.errors import Missing", f"import {MODULE_UTILS}._core.errors"])
def test_an_absolute_import_is_found(code: str) -> None:
    assert absolute(code) == [1]


def exported(source: str) -> list[str]:
    """Everything in the source of a package except its docstring and `from __future__`: packages re-export nothing."""
    code = [ast.unparse(node) for node in ast.parse(source).body if not isinstance(node, ast.Expr)]
    return [line for line in code if line != "from __future__ import annotations"]


@pytest.mark.parametrize("path", tracked("plugins/*__init__.py", "lab/azlab/*__init__.py"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_re_exports_nothing(path: Path) -> None:
    assert exported(path.read_text()) == []


def test_a_re_export_is_found() -> None:
    assert exported('"""A package."""\nfrom .errors import Missing') == ["from .errors import Missing"]


def own_code(source: str) -> set[str]:
    """The functions and classes of a module of the collection, by name."""
    return {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}


@pytest.mark.parametrize("name", modules())
def test_a_module_is_its_documentation_its_arguments_and_perform(name: str) -> None:
    source = (ROOT / "plugins" / "modules" / f"{name}.py").read_text()
    assert own_code(source) == {"main"}
    assert "perform(" in source


def test_code_of_a_modules_own_is_found() -> None:
    assert own_code("def observe(azure): ...\ndef main(): ...") == {"main", "observe"}


@pytest.mark.parametrize(
    "code",
    ["from .b import thing", "from . import b", "if TYPE_CHECKING:\n    from .b import Thing", "def late():\n    from x.b import thing"],
)
def test_an_import_cycle_is_found(code: str) -> None:
    assert set(import_cycle({"x.a": code, "x.b": "from x.a import other"})) == {"x.a", "x.b"}


@pytest.mark.parametrize(
    ("room", "code"),
    [
        ("_planning", "import azure.core"),
        ("_planning", "from ansible.module_utils.basic import AnsibleModule"),
        ("_planning", f"from {MODULE_UTILS}._gateway.azure import connect"),
        ("_planning", "from ..._gateway.azure import connect"),
        ("_core", "from ..._planning.capture.plan import plan_capture"),
        ("_core", "import azure.core"),
        ("_gateway", "from ..._ansible import arguments"),
        ("_gateway", "from ..._planning.steps.vm import Deallocate"),
        ("_disks", "from ..._planning.upload.plan import plan_upload"),
        ("_gateway", "from ansible.module_utils.basic import AnsibleModule"),
        ("_ansible", "import azure.mgmt.compute"),
        ("_ansible", "from ..._planning.capture.plan import plan_capture"),
        ("_disks", f"from {MODULE_UTILS}._ansible.report import reporting"),
        ("action", "import azlab"),
        ("action", "import azure.core"),
        ("modules", "import azlab"),
        ("modules", "import requests"),
    ],
)
def test_the_rule_catches(room: str, code: str) -> None:
    assert forbidden(room, imports(code, f"{MODULE_UTILS}.{room}.folder"))


@pytest.mark.parametrize(
    "path",
    tracked("plugins/module_utils/*.py", "plugins/modules/*.py", "plugins/action/*.py"),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_nothing_is_imported_dynamically(path: Path) -> None:
    """Ansible ships what it finds by reading import statements; anything else is missing on the target."""
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    imported = imports(path.read_text(), package_of(path))
    assert not (names | {name.split(".")[0] for name in imported if not name.startswith(LOOKS_FOR_MODULES)}) & DYNAMIC


@pytest.mark.parametrize("path", tracked("lab/*.py"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_lab_knows_nothing_of_the_collection(path: Path) -> None:
    assert not {name for name in imports(path.read_text(), "azlab") if name.split(".")[0] in ("ansible", "ansible_collections")}


def test_every_module_imports_without_the_azure_sdk() -> None:
    """It then says which library is missing, instead of a traceback."""
    code = (
        "import importlib, json, sys\n"
        "sys.modules['azure'] = sys.modules['urllib3'] = None\n"
        "for name in json.loads(sys.argv[1]): importlib.import_module('ansible_collections.goldenimage.azure.plugins.modules.' + name)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "build" / "collections")}
    run = subprocess.run([sys.executable, "-c", code, json.dumps(modules())], env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
