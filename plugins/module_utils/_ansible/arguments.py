# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that modules share, as argument specs. The fragment of the same name in ``plugins/doc_fragments`` documents each table."""

from __future__ import annotations

from typing import Any

# An empty string counts as no value for every option, because AWX and templates pass it for a field that was left empty.
AZURE: dict[str, Any] = dict(
    auth_source=dict(type="str", choices=["", "auto", "cli", "credential_file", "env", "msi"]),
    profile=dict(type="str"),
    subscription_id=dict(type="str"),
    client_id=dict(type="str"),
    secret=dict(type="str", no_log=True),
    tenant=dict(type="str"),
    ad_user=dict(type="str"),
    password=dict(type="str", no_log=True),
    cloud_environment=dict(type="str"),
    cert_validation_mode=dict(type="str", choices=["", "validate", "ignore"]),
    api_profile=dict(type="str", default="latest", choices=["", "latest"]),
    adfs_authority_url=dict(type="str"),
    x509_certificate_path=dict(type="path"),
    thumbprint=dict(type="str"),
    disable_instance_discovery=dict(type="str"),
    oidc_token=dict(type="str", no_log=True),
    oidc_token_file_path=dict(type="path", no_log=False),
    log_mode=dict(type="str"),
    log_path=dict(type="str"),
)

TARGET: dict[str, Any] = dict(
    name=dict(type="str", required=True),
    resource_group=dict(type="str", required=True),
)

TAGS: dict[str, Any] = dict(
    tags=dict(type="dict"),
    append_tags=dict(type="bool", default=True),
)

EVIDENCE: dict[str, Any] = dict(
    sealed=dict(type="str", choices=["verified", "assume"], default="verified"),
    backup=dict(type="str", choices=["require", "none"], default="require"),
    backup_max_age=dict(type="int", default=24),
)

WAIT: dict[str, Any] = dict(
    wait_timeout=dict(type="int", default=3600),
)


def arguments(*tables: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The keyword arguments of AnsibleModule: the options of the tables, and the module's own, which replace them."""
    spec: dict[str, Any] = {}
    for table in tables:
        spec.update(table)
    return dict(argument_spec={**spec, **options}, supports_check_mode=True)
