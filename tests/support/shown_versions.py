# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version 1.0.0 of the image definition ``i`` that a test publishes, as Azure shows it."""

from __future__ import annotations

import httpx
import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources import galleries

from tests.support.gallery_versions import LabVersions
from tests.support.option_cases import OptionCase

NEWEST = "2025-03-03"
OF_DEFINITION = ("identifier", "security_type", "description", "os_state")


def shown(hub: LabVersions, case: OptionCase) -> httpx.Response:
    """The answer for the version, or for the definition if the case is about that."""
    if case.option.split(".")[1] in OF_DEFINITION:
        return hub.ask("GET", "images/i")
    return hub.shown(f"{hub.id}/images/i/versions/1.0.0", "UefiSettings", NEWEST)


def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often at replicas that are awaited."""
    monkeypatch.setattr(galleries, "REPLICA_LOOK_SECONDS", 0.05)
