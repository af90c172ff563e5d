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

STORAGE_TYPES = ["Standard_LRS", "Standard_ZRS", "Premium_LRS", "PremiumV2_LRS"]

PUBLICATION: dict[str, Any] = dict(
    gallery=dict(type="raw", required=True),
    gallery_image=dict(type="str", required=True),
    version=dict(type="str"),
    target_regions=dict(
        type="list",
        elements="dict",
        options=dict(
            name=dict(type="str", required=True),
            regional_replica_count=dict(type="int"),
            storage_account_type=dict(type="str", choices=STORAGE_TYPES),
            exclude_from_latest=dict(type="bool"),
            encryption=dict(
                type="dict",
                options=dict(
                    os_disk=dict(
                        type="dict",
                        options=dict(
                            disk_encryption_set=dict(type="raw"),
                            confidential_vm_encryption_type=dict(
                                type="str",
                                choices=["EncryptedVMGuestStateOnlyWithPmk", "EncryptedWithPmk", "EncryptedWithCmk", "NonPersistedTPM"],
                            ),
                            secure_vm_disk_encryption_set=dict(type="raw"),
                        ),
                    ),
                    data_disks=dict(
                        type="list",
                        elements="dict",
                        options=dict(lun=dict(type="int", required=True), disk_encryption_set=dict(type="raw", required=True)),
                    ),
                ),
            ),
        ),
    ),
    purge_target_regions=dict(type="bool", default=False),
    replica_count=dict(type="int"),
    storage_account_type=dict(type="str", choices=STORAGE_TYPES),
    storage_account_strategy=dict(type="str", choices=["PreferStandard_ZRS", "DefaultStandard_LRS"]),
    replication_mode=dict(type="str", choices=["Full", "Shallow"]),
    exclude_from_latest=dict(type="bool"),
    end_of_life_date=dict(type="str"),
    block_deletion_before_end_of_life=dict(type="bool"),
    wait=dict(type="str", choices=["all", "first", "none"], default="all"),
)
"""How a version is published. It is also part of ``GALLERY_TARGET``."""

GALLERY_TARGET: dict[str, Any] = dict(
    gallery_image_version=dict(
        type="dict",
        options=dict(
            **PUBLICATION,
            create_gallery=dict(type="bool", default=False),
            create_gallery_image=dict(type="bool", default=False),
            identifier=dict(
                type="dict",
                options=dict(publisher=dict(type="str"), offer=dict(type="str"), sku=dict(type="str")),
            ),
            security_type=dict(
                type="str",
                choices=[
                    "Standard",
                    "TrustedLaunchSupported",
                    "TrustedLaunch",
                    "ConfidentialVMSupported",
                    "ConfidentialVM",
                    "TrustedLaunchAndConfidentialVmSupported",
                ],
            ),
            os_state=dict(type="str", choices=["generalized", "specialized"], default="generalized"),
            description=dict(type="str"),
        ),
    ),
)


def arguments(*tables: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The keyword arguments of AnsibleModule: the options of the tables, and the module's own, which replace them."""
    spec: dict[str, Any] = {}
    for table in tables:
        spec.update(table)
    return dict(argument_spec={**spec, **options}, supports_check_mode=True)
