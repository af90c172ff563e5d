# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy of both planes, found and used by the rules of requests, which carries the control plane."""

from __future__ import annotations

import urllib.parse
from typing import Any

from ..._core.errors import Unavailable
from .imports import needs
from .retries import PROXY_VARIABLES


def manager_for(url: urllib.parse.SplitResult, workers: int = 1, **options: Any) -> Any:
    """urllib3's manager of up to ``workers`` connections to the host of a URL, through the proxy that the environment names for it.

    Raise Unavailable for a proxy that cannot be used. The address of a proxy may hold a password, so it is never shown.
    """
    with needs("requests"):
        import requests
        import urllib3
        from requests import adapters, utils

    address = f"{url.scheme}://{url.netloc}"
    if not (proxy := utils.select_proxy(address, utils.get_environ_proxies(address))):
        return urllib3.PoolManager(num_pools=1, maxsize=workers, block=True, **options)
    adapter = adapters.HTTPAdapter(pool_connections=1, pool_maxsize=workers, pool_block=True)
    try:
        return adapter.proxy_manager_for(utils.prepend_scheme_if_needed(proxy, "http"), **options)
    except requests.exceptions.InvalidSchema:
        reason = "through a SOCKS proxy: install PySocks for the Python that runs this module."
    except urllib3.exceptions.ProxySchemeUnknown:
        reason = f"through the proxy of {PROXY_VARIABLES}: it must begin with http:// or https://."
    except (ValueError, urllib3.exceptions.HTTPError):
        reason = f"through the proxy of {PROXY_VARIABLES}: it must look like http://host:port."
    # Raised here, so that not even the context of the error holds the address.
    raise Unavailable(f"cannot connect {reason}")
