# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain HTTP client that sends recorded requests unchanged: an SDK would correct them, and hide parts of the answers."""

from __future__ import annotations

from typing import Any

import httpx
from azlab.client import LabClient, tls_context


class Client:
    """Sends requests to the control plane of a lab, with the token of its client. Long-running operations are up to the caller."""

    def __init__(self, lab: LabClient) -> None:
        self.lab = lab
        self.subscription = lab.settings.subscription
        token = {"Authorization": lab.headers["Authorization"]}
        self._http = httpx.Client(
            base_url=lab.settings.arm_url, headers=token, verify=tls_context(lab.settings), timeout=60, trust_env=False
        )

    def send(self, method: str, url: str, params: dict[str, str] | None = None, body: Any = None) -> httpx.Response:
        """Send one request."""
        return self._http.request(method, url, params=params or None, json=body)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
