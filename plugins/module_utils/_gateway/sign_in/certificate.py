# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate of a service principal, and the thumbprint that may be given with it."""

from __future__ import annotations

import hashlib
import ssl

from ..._core.errors import InvalidRequest


def require_thumbprint(path: str, text: str, thumbprint: str | None) -> None:
    """Refuse a thumbprint that is not that of the certificate; azure-identity computes the one that it sends."""
    begin = text.find("-----BEGIN CERTIFICATE-----")
    if thumbprint and begin >= 0:
        end = text.index("-----END CERTIFICATE-----", begin) + len("-----END CERTIFICATE-----")
        real = hashlib.sha1(ssl.PEM_cert_to_DER_cert(text[begin:end]), usedforsecurity=False).hexdigest()
        if real.casefold() != thumbprint.replace(":", "").casefold():
            raise InvalidRequest(f"thumbprint: the certificate in {path} has another thumbprint, {real}.")
