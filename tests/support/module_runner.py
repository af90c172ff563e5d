# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module from its options to its result, in this process and against an Azure in memory."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.text.converters import to_bytes

from tests.support.fakes import FakeAzure


class Ended(Exception):
    """The result with which a module has ended."""

    def __init__(self, **result: Any) -> None:
        super().__init__(result)
        self.result = result


class ModuleRunner:
    """Runs one module; every call is one task. ``warnings`` holds those of all tasks."""

    def __init__(self, module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        self._module = module
        self._monkeypatch = monkeypatch
        self.warnings: list[str] = []

    def __call__(self, azure: FakeAzure | None, check: bool = False, **params: Any) -> dict[str, Any]:
        """The result of the task, with ``failed``. Without an Azure in memory, the module connects according to its options."""
        patch = self._monkeypatch.setattr
        arguments = {**params, "_ansible_check_mode": check, "_ansible_diff": True}
        patch(basic, "_ANSIBLE_ARGS", to_bytes(json.dumps({"ANSIBLE_MODULE_ARGS": arguments})))
        patch(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        patch(basic.AnsibleModule, "exit_json", lambda module, **result: _end(failed=False, **result))
        patch(basic.AnsibleModule, "fail_json", lambda module, msg="", **result: _end(failed=True, msg=msg, **result))
        patch(basic.AnsibleModule, "warn", lambda module, warning: self.warnings.append(warning))
        if azure is not None:
            patch(self._module, "connect", lambda given, *listener: azure)
        with pytest.raises(Ended) as ended:
            self._module.main()
        result: dict[str, Any] = json.loads(json.dumps(ended.value.result))
        return result

    def predict_do_repeat(self, azure: FakeAzure, **params: Any) -> dict[str, Any]:
        """The result of a run that did what check mode had predicted, and after which a second run changes nothing."""
        azure.read_only = True
        predicted = self(azure, check=True, **params)
        azure.read_only = False
        done = self(azure, **params)
        assert (predicted["changed"], predicted["steps"]) == (done["changed"], done["steps"]), done
        azure.read_only = True
        repeated = self(azure, **params)
        azure.read_only = False
        assert (repeated["changed"], repeated["steps"]) == (False, [])
        return done


def _end(**result: Any) -> None:
    raise Ended(**result)
