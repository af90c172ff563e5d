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


def authorities() -> dict[str, str]:
    """The authorities that the environment names instead of the system's, as arguments of urllib3; empty if it names none.

    Raises Unavailable if they cannot be read, which the SDK would report at its first request only.
    """
    if (variable := next(filter(os.environ.get, BUNDLES), None)) is None:
        return {}
    bundle = os.environ[variable]
    found = {"ca_cert_dir" if os.path.isdir(bundle) else "ca_certs": bundle}
    try:
        ssl.create_default_context(cafile=found.get("ca_certs"), capath=found.get("ca_cert_dir"))
    except OSError as error:
        raise Unavailable(f"cannot read the trusted authorities in {bundle}, which {variable} names: {error.strerror or error}.") from error
    return found
