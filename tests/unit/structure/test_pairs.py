# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that must agree: option table and fragment; module, tests, README row and action group."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.backups import Backup
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images.sources.managed import listed

from tests.support.backups import BACKUP_ID, SNAPSHOTS
from tests.support.capture_values import CAPTURED, RUNNING_VM
from tests.support.gallery_values import FULL_GALLERY, FULL_IMAGE
from tests.support.tree import COLLECTION, MODULE_UTILS, PLUGINS, ROOT, documented_actions, modules, tracked

README = (ROOT / "README.md").read_text()
ARGUMENTS = importlib.import_module(f"{MODULE_UTILS}._ansible.arguments")
TABLES = {name: value for name, value in vars(ARGUMENTS).items() if name.isupper() and isinstance(value, dict)}
COMPARED = ("type", "default", "choices", "elements", "required")


def fragment(name: str) -> dict[str, dict[str, object]]:
    """The options that the fragment of a table documents."""
    module = importlib.import_module(f"{COLLECTION}.plugins.doc_fragments.{name.lower()}")
    return yaml.safe_load(module.ModuleDocFragment.DOCUMENTATION)["options"]


def facts(option: dict[str, object]) -> dict[str, object]:
    """The facts that both sides state about an option; a missing type means a string."""
    return {"type": "str"} | {key: value for key, value in option.items() if key in COMPARED and value not in (None, False)}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_an_option_table_is_documented_by_the_fragment_of_its_name(name: str) -> None:
    options = TABLES[name]
    assert {key: facts(value) for key, value in fragment(name).items()} == {key: facts(value) for key, value in options.items()}


def test_every_fragment_documents_a_table() -> None:
    assert {path.stem.upper() for path in tracked("plugins/doc_fragments/*.py")} == set(TABLES)


def test_there_are_tables_and_modules_to_look_at() -> None:
    assert "AZURE" in TABLES
    assert "image_capture" in modules()


def takes_credentials(path: Path) -> bool:
    """Whether a module's arguments include the credential options."""
    return any(isinstance(node, ast.Name) and node.id == "AZURE" for node in ast.walk(ast.parse(path.read_text())))


def test_the_action_group_holds_exactly_the_modules_that_take_every_credential() -> None:
    group = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]["all"]
    assert group == sorted(name for name in modules() if takes_credentials(PLUGINS / "modules" / f"{name}.py"))


@pytest.mark.parametrize("name", modules())
@pytest.mark.parametrize("place", ["tests/unit/modules", "tests/lab/modules"])
def test_a_module_has_its_test(name: str, place: str) -> None:
    assert tracked(f"{place}/test_{name}.py"), f"{place}/test_{name}.py is missing"


@pytest.mark.parametrize("name", documented_actions())
def test_documentation_without_a_module_is_that_of_an_action_plugin(name: str) -> None:
    assert (PLUGINS / "action" / f"{name}.py").exists()


@pytest.mark.parametrize("path", tracked("plugins/action/*.py"), ids=lambda path: path.stem)
def test_an_action_plugin_has_its_module_and_its_test(path: Path) -> None:
    assert path.stem in modules() + documented_actions()
    assert tracked(f"tests/unit/action/test_{path.stem}.py")


def row(name: str) -> bool:
    """Whether a table of the README has a row that begins with this name."""
    return any(line.startswith((f"| `{name}` |", f"| [`{name}`](")) for line in README.splitlines())


def roles() -> list[str]:
    """The names of the collection's roles."""
    return sorted({path.relative_to(ROOT / "roles").parts[0] for path in tracked("roles/*")})


@pytest.mark.parametrize("name", roles())
def test_a_role_has_a_readme(name: str) -> None:
    """Galaxy refuses a collection with a role that has no README."""
    assert (ROOT / "roles" / name / "README.md").read_text().startswith(f"# {name}\n")


def shipped() -> list[str]:
    """Modules, roles and playbooks by the name a user writes."""
    return (
        modules() + documented_actions() + roles() + [path.stem for path in tracked("playbooks/*.yml") if path.parent.name == "playbooks"]
    )


@pytest.mark.parametrize("name", shipped())
def test_the_readme_has_a_row_for_each_module_role_and_playbook(name: str) -> None:
    assert row(name)


def test_the_readme_lists_nothing_that_is_gone() -> None:
    listed = {line.split("`")[1] for line in README.splitlines() if line.startswith("| `") and "_" in line.split("`")[1]}
    assert listed <= set(shipped())


@pytest.mark.parametrize("name", modules())
def test_the_steps_are_returned_as_documented(name: str) -> None:
    """Ansible refuses options that it knows are wrong by itself, and then returns nothing of ours."""
    module = importlib.import_module(f"{COLLECTION}.plugins.modules.{name}")
    steps = yaml.safe_load(module.RETURN).get("steps")
    assert steps is None if name.endswith("_info") else steps["returned"] == "always, unless Ansible itself refused the options"


# The dictionaries that modules return, by the name under which RETURN documents them; image_boot adds the address to the VM.
RESULTS = {
    "image": CAPTURED.as_result(),
    "vm": RUNNING_VM.as_result(),
    "backup": Backup(BACKUP_ID, SNAPSHOTS).as_result(),
    "gallery": FULL_GALLERY.as_result(),
    "gallery_image": FULL_IMAGE.as_result(),
}
LISTED = {("image_info", "images"): listed(CAPTURED).as_result()}
"""Results of one module that others return in another form under the same name."""
ADDED = {("image_boot", "vm"): {"private_ip"}, ("vm_copy", "vm"): {"private_ip"}}
OPEN = {"tags", "plan", "reference_dict"}  # dictionaries whose keys are not known in advance


def singular(key: str) -> str:
    """The name of one element of a list that a module returns."""
    return f"{key.removesuffix('ies')}y" if key.endswith("ies") else key.removesuffix("s")


def documented_results() -> list[tuple[str, str]]:
    """The dictionaries and lists of dictionaries in RETURN that come from a result, by module and key."""
    found = ((name, key) for name in modules() for key in returned(name))
    return [(name, key) for name, key in found if singular(key) in RESULTS]


def returned(name: str) -> dict[str, Any]:
    """The return values that a module documents."""
    values: dict[str, Any] = yaml.safe_load(importlib.import_module(f"{COLLECTION}.plugins.modules.{name}").RETURN)
    return values


def undocumented(documented: dict[str, Any], result: dict[str, Any], added: set[str], path: str = "") -> list[str]:
    """The keys that a result or its documentation lacks. A key with dictionaries has `contains`, or names their keys in its description."""
    found = [f"{path}{key}" for key in documented.keys() ^ (result.keys() | added)]
    for key in documented.keys() & result.keys() - OPEN:
        value = result[key][0] if isinstance(result[key], list) and result[key] else result[key]
        if not isinstance(value, dict):
            continue
        if "contains" in documented[key]:
            found += undocumented(documented[key]["contains"], value, set(), f"{path}{key}.")
        elif "the same keys" not in documented[key]["description"]:
            found += [f"{path}{key}.{name}" for name in value if name not in documented[key]["description"]]
    return found


@pytest.mark.parametrize(("name", "key"), documented_results())
def test_return_documents_exactly_the_keys_of_a_result(name: str, key: str) -> None:
    result, added = LISTED.get((name, key), RESULTS[singular(key)]), ADDED.get((name, key), set())
    assert undocumented(returned(name)[key]["contains"], result, added) == []


def test_every_result_is_documented_by_a_module() -> None:
    assert {singular(key) for _, key in documented_results()} == set(RESULTS)


def test_an_undocumented_key_is_found() -> None:
    documented = {"id": {}, "gone": {}, "disk": {"description": "The disk, with name."}, "parts": {"contains": {"lun": {}}}}
    result = {"id": "x", "new": 1, "disk": {"name": "d", "size": 1}, "parts": [{"lun": 0, "time": None}]}
    assert sorted(undocumented(documented, result, set())) == ["disk.size", "gone", "new", "parts.time"]
