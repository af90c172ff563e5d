# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task imports only the parts it uses: Ansible sends sources without bytecode, so each part has to be compiled for each task."""

import json
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
UTILS = "ansible_collections.goldenimage.azure.plugins.module_utils."
LISTED = """
import importlib, json, sys
sys.path.insert(0, {collections!r})
importlib.import_module({module!r})
print(json.dumps(sorted(sys.modules)))
"""


def imported(module):
    """The modules of the collection that a new process has after importing one of them."""
    script = LISTED.format(collections=str(CHECKOUT / "build" / "collections"), module=module)
    names = json.loads(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60).stdout)
    return {name.removeprefix(UTILS) for name in names}


def test_the_start_of_image_info_imports_neither_resources_nor_origins_nor_libraries_of_azure():
    names = imported(UTILS.replace("module_utils.", "modules.image_info"))
    assert "_gateway.azure" in names
    assert [name for name in names if name.startswith(("_gateway.resources.", "_gateway.pages.", "_planning.images.sources."))] == []
    assert [name for name in names if name.startswith("azure.") or name == "requests"] == []
