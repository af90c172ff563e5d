"""Things that the lab allows although Azure might not, and how it is known that Azure allows them too.

The tables of refusals say why the lab refuses something. A collection also relies on what is not refused, so that has its evidence here.
"""

from __future__ import annotations

from dataclasses import dataclass

from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE, RECORDED, UNKNOWN, Evidence


@dataclass(frozen=True)
class Allowance:
    """One thing that the lab does: what, how it is known, the file that does it, and the source.

    The source is an address, or for RECORDED the recorded call. If it is UNKNOWN, `switch` is the name of the switch in `faults.json` with
    which the lab does the contrary.
    """

    what: str
    evidence: Evidence
    place: str
    source: str = ""
    switch: str = ""


_INCREMENTAL = "https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots"
_TAGS = "https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations"
_CONSISTENCY = "https://github.com/hashicorp/terraform-provider-azurerm/issues/18268"
_TAGS_OF_DISKS = "https://github.com/hashicorp/terraform-provider-azurerm/issues/8162"
_ENCRYPTION = "https://learn.microsoft.com/azure/templates/microsoft.compute/snapshots"
_PERMISSIONS = "https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource"
_SHARED_IMAGES = "https://learn.microsoft.com/azure/virtual-machines/troubleshooting-shared-images"
_GALLERY_FAQ = "https://github.com/MicrosoftDocs/azure-docs/pull/123267"
_GLOBAL = "https://github.com/Azure/azure-cli/issues/18044"
_RESET = "https://github.com/Azure/azure-cli/pull/23592"
_SOFT_DELETED = "https://learn.microsoft.com/dotnet/api/azure.resourcemanager.compute.models.galleryimageversionstate.softdeleted"

ALLOWANCES = (
    Allowance(
        "the tags of a disk change while it is open for an upload", UNKNOWN, "arm/compute/disks/disks.py", switch="no_patch_in_upload"
    ),
    Allowance(
        "write access to a disk for an upload is given again while it is given",
        UNKNOWN,
        "arm/compute/disks/get_access.py",
        switch="one_write_grant",
    ),
    Allowance("a PUT changes the tags of a disk that exists and waits for its upload", ASSUMED, "arm/compute/disks/disks.py"),
    Allowance(
        "the boot log outlives the deallocation of its VM", UNKNOWN, "arm/compute/machines/boot_diagnostics.py", switch="short_boot_log"
    ),
    Allowance(
        "the boot log holds at once what the guest has written", UNKNOWN, "arm/compute/machines/boot_diagnostics.py", switch="late_boot_log"
    ),
    Allowance(
        "the ownership time of a disk moves before the deallocation of its VM has ended",
        UNKNOWN,
        "arm/compute/machines/power.py",
        switch="late_ownership",
    ),
    Allowance("a list holds at once what was created", UNKNOWN, "arm/http/crud.py", switch="late_lists"),
    Allowance(
        "an image definition is made with SecurityType=Standard before api-version 2025-03-03",
        UNKNOWN,
        "arm/compute/gallery_images/features.py",
        switch="no_standard_security_type",
    ),
    Allowance(
        "a gallery or image definition is deleted as soon as nothing is shown in it",
        UNKNOWN,
        "arm/compute/galleries/lifecycle.py",
        switch="late_nested_deletion",
    ),
    Allowance(
        "a PUT on an image definition asks for the defaults of what it leaves out", ASSUMED, "arm/compute/gallery_images/properties.py"
    ),
    Allowance("a reset makes any shared gallery private", ISSUE, "arm/compute/galleries/share.py", _RESET),
    Allowance("a GET finds at once what was created; a rule with status 404 does the contrary", ISSUE, "arm/http/crud.py", _CONSISTENCY),
    Allowance("the client reads the rights that it has at a place", DOCUMENTED, "arm/tenant/rights.py", _PERMISSIONS),
    Allowance("images hold disks of all types but Ultra and Premium SSD v2", ASSUMED, "arm/compute/images/sources.py"),
    Allowance(
        "snapshots of all types of disks may be incremental",
        DOCUMENTED,
        "arm/compute/snapshots/snapshots.py",
        _INCREMENTAL,
    ),
    Allowance(
        "a disk with Azure Disk Encryption is copied into snapshots and disks like others",
        DOCUMENTED,
        "arm/compute/disks/disks.py",
        _ENCRYPTION,
    ),
    Allowance("a resource has up to 50 tags with names of 512 and values of 256 characters", DOCUMENTED, "arm/http/bodies.py", _TAGS),
    Allowance("disks that are made with a VM have its tags of that time", ISSUE, "arm/compute/machines/vm_disks.py", _TAGS_OF_DISKS),
    Allowance("diskSizeGB is rounded down", RECORDED, "arm/compute/disks/state.py", "GET of a disk of 30 GiB and 1 MiB"),
    Allowance(
        "the provisioning state of an image version becomes Succeeded when its replicas are complete",
        UNKNOWN,
        "arm/compute/gallery_versions/replication.py",
        switch="early_success",
    ),
    Allowance(
        "VMs and disks are made from an image version as soon as its replica is complete",
        UNKNOWN,
        "arm/compute/gallery_versions/lookup.py",
        switch="lagging_regions",
    ),
    Allowance(
        "a change of an image version begins its failed replicas again",
        UNKNOWN,
        "arm/compute/gallery_versions/replication.py",
        switch="failed_region_stays",
    ),
    Allowance(
        "an image version whose creation failed is created again",
        UNKNOWN,
        "arm/compute/gallery_versions/versions.py",
        switch="failed_version_stays",
    ),
    Allowance(
        "an image version is changed while it is being created",
        UNKNOWN,
        "arm/compute/gallery_versions/change.py",
        switch="one_writer_while_creating",
    ),
    Allowance(
        "a request that names another source than an image version has is refused",
        UNKNOWN,
        "arm/compute/gallery_versions/change.py",
        switch="silent_sources",
    ),
    Allowance(
        "an image version is changed while it is being changed or replicated",
        UNKNOWN,
        "arm/compute/gallery_versions/change.py",
        switch="no_update_while_replicating",
    ),
    Allowance(
        "target regions are removed from an image version that does not say whether that is allowed",
        UNKNOWN,
        "arm/compute/gallery_versions/change.py",
        switch="keep_replicated_regions",
    ),
    Allowance(
        "several image versions are made from one source at a time",
        UNKNOWN,
        "arm/compute/gallery_versions/create.py",
        switch="one_version_per_source",
    ),
    Allowance(
        "a security type excludes sources for which no refusal is known",
        UNKNOWN,
        "arm/compute/gallery_versions/security.py",
        switch="loose_security_sources",
    ),
    Allowance(
        "an image version is made from a VM that runs, for a specialized definition",
        ASSUMED,
        "arm/compute/gallery_versions/whole_sources.py",
    ),
    Allowance(
        "an image version is made from an unencrypted source in another subscription",
        DOCUMENTED,
        "arm/compute/gallery_versions/whole_sources.py",
        _SHARED_IMAGES,
    ),
    Allowance(
        "an image version is deleted although VMs were made from it", ISSUE, "arm/compute/gallery_versions/versions.py", _GALLERY_FAQ
    ),
    Allowance(
        "a soft-deleted image version of others is used by its name until its consumption ends, and never as the latest",
        DOCUMENTED,
        "arm/compute/gallery_versions/lookup.py",
        _SOFT_DELETED,
    ),
    Allowance(
        "Resource Graph shows the properties of community images as the Compute API does",
        UNKNOWN,
        "arm/graph/rows.py",
        switch="bare_graph_rows",
    ),
    Allowance("Resource Graph finds at once what was created", ASSUMED, "arm/graph/rows.py"),
    Allowance("a query to Resource Graph takes nothing from the budget of writes", ASSUMED, "arm/http/throttling.py"),
    Allowance(
        "a list of the versions of a Marketplace image has the deprecated ones",
        UNKNOWN,
        "arm/compute/marketplace/reading.py",
        switch="unlisted_deprecated",
    ),
    Allowance(
        "`latest` is the highest version of a Marketplace image that is not deprecated", ASSUMED, "arm/compute/machines/market_systems.py"
    ),
    Allowance("VMs of all kinds of subscriptions are made from any Marketplace image", ASSUMED, "arm/compute/machines/market_systems.py"),
    Allowance("the Marketplace is read in the location `global`", ISSUE, "arm/compute/marketplace/reading.py", _GLOBAL),
    Allowance("terms are accepted whatever signature the request has", ASSUMED, "arm/ordering/agreements.py"),
)
