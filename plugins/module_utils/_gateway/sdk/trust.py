# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate authorities that both planes trust. Certificates are always verified."""

from __future__ import annotations

import os
import ssl

from ..._core.errors import Unavailable

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""The environment variables that name a file or folder of trusted authorities; the first one that is set wins."""


def trust() -> ssl.SSLContext:
    """The system's authorities, or those that the environment names instead."""
    return _named_trust() or ssl.create_default_context()


def require_trust() -> None:
    """Raise Unavailable if the named authorities cannot be read, which the SDK would only report at its first request."""
    _named_trust()


def _named_trust() -> ssl.SSLContext | None:
    if (variable := next(filter(os.environ.get, BUNDLES), None)) is None:
        return None
    bundle = os.environ[variable]
    try:
        return ssl.create_default_context(capath=bundle) if os.path.isdir(bundle) else ssl.create_default_context(cafile=bundle)
    except OSError as error:
        raise Unavailable(f"cannot read the trusted authorities in {bundle}, which {variable} names: {error.strerror or error}.") from error
