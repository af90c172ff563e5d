# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared options of modules."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._ansible.arguments import AZURE, TAGS, TARGET, WAIT, arguments


def test_a_modules_own_options_replace_those_of_the_tables():
    made = arguments(TARGET, TAGS, name=dict(type="str"), vm=dict(type="raw"))
    assert list(made["argument_spec"]) == ["name", "resource_group", "tags", "append_tags", "vm"]
    assert made["argument_spec"]["name"] == {"type": "str"}
    assert made["supports_check_mode"] is True
    assert TARGET["name"]["required"] is True


@pytest.mark.parametrize("option", ["secret", "password", "oidc_token"])
def test_secrets_are_kept_out_of_logs(option):
    assert AZURE[option]["no_log"] is True


def test_tenant_and_client_id_are_not_secrets():
    assert [option for option, spec in AZURE.items() if spec.get("no_log")] == ["secret", "password", "oidc_token"]


def test_wait_timeout_defaults_to_an_hour():
    assert WAIT["wait_timeout"]["default"] == 3600
