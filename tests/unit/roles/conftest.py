# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the finalizer, imported as Python does it on a guest."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from tests.support.tree import ROOT

SEAL = ROOT / "roles" / "linux_generalize" / "files" / "seal"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Import a file of the finalizer by its name, as Python does on a guest; afterwards no other test sees it."""
    monkeypatch.syspath_prepend(str(SEAL))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield importlib.import_module
    for path in SEAL.glob("*.py"):
        sys.modules.pop(path.stem, None)
