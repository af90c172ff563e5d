# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds the function that azure.azcollection 3.12.0 calls for a custom cloud and azure-cli-core does not have.

Upstream calls `azure.cli.core.cloud.get_cloud_from_metadata_endpoint`, which azure-cli-core 2.75.0 to 2.91.0 do not define.
It can be removed when azure.azcollection supports custom clouds without it.
"""

from __future__ import annotations

import contextlib

with contextlib.suppress(ImportError):
    import requests
    from azure.cli.core import cloud

    def get_cloud_from_metadata_endpoint(arm_endpoint: str) -> cloud.Cloud:
        """The cloud whose metadata is at this endpoint."""
        answer = requests.get(f"{arm_endpoint}/metadata/endpoints?api-version=2022-09-01", timeout=30)
        answer.raise_for_status()
        document = answer.json()
        login = document["authentication"]
        endpoints = cloud.CloudEndpoints(
            active_directory=login["loginEndpoint"],
            active_directory_resource_id=login["audiences"][0],
            resource_manager=arm_endpoint,
            management=arm_endpoint,
        )
        suffixes = cloud.CloudSuffixes(storage_endpoint=document["suffixes"]["storage"])
        return cloud.Cloud(document["name"], endpoints=endpoints, suffixes=suffixes)

    cloud.get_cloud_from_metadata_endpoint = get_cloud_from_metadata_endpoint
