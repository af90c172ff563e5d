# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a connection from being made is one sentence, before anything goes over the network."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.connection import connect
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.page_line import BUNDLES
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.errors import Unavailable

OPTIONS = {"subscription_id": "s", "client_id": "c", "tenant": "t", "secret": "x"}


@pytest.mark.parametrize(("content", "text"), [(None, "No such file"), ("no certificate", ".*no certificate or crl found")])
def test_a_file_of_authorities_that_cannot_be_read(monkeypatch, tmp_path, content, text):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    for name in BUNDLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(Unavailable, match=f"in .*ca.pem, which REQUESTS_CA_BUNDLE names: {text}"):
        connect(OPTIONS).images.list()
