# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page blob to upload into, and an environment that names neither a proxy nor authorities."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.trust import BUNDLES

from tests.support.page_blob import Blob, self_signed, serving

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *map(str.upper, PROXIES), *BUNDLES):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def blob() -> Iterator[Blob]:
    with serving(Blob()) as serves:
        yield serves


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure_blob(authority: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> Iterator[Blob]:
    """A blob behind TLS whose authority is trusted, as behind a SAS of Azure."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority[0]))
    with serving(Blob(), authority[1]) as serves:
        yield serves
