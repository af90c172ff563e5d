#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_info
short_description: List images of every source
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Lists the images from which VMs can be made. They can be managed images, versions in galleries of the subscription, in galleries that
    others share with it, and in public community galleries, and images of the Marketplace. O(sources) says which of them are listed.
  - All filters mean the same for each source. A source that knows nothing about a filter has no images in the list, and
    RV(skipped_sources) says so. A property that is not known of an image is null and matches no filter.
  - The result is always a list, which is empty if no image matches. Numbers in names sort by value, so C(web-9) comes before C(web-10).
  - If a part cannot be read, for example because of a missing right, the rest is returned. RV(complete) is then false, and RV(missing) says
    what is missing, and a warning names the first part. The task fails if none of the sources can be read.
extends_documentation_fragment:
  - goldenimage.azure.azure
options:
  sources:
    description:
      - Which images to list. V(managed) are the managed images of the subscription, V(gallery) the versions of image definitions in its
        galleries, V(shared) those in galleries of others, V(community) those in community galleries, V(marketplace) images of the
        Marketplace, and V(all) all of these.
      - V(shared) includes the galleries that are shared directly with the subscription or with its tenant, and the galleries in other
        subscriptions that the identity has the right to read. The latter are found with Azure Resource Graph, or by asking each
        subscription if it does not answer.
      - V(community) needs Azure Resource Graph, which can need some minutes to show a new gallery.
      - V(marketplace) needs one of O(publisher), O(offer), O(sku) and O(text), because Azure has no search. The catalogue of a region is
        read list by list, which is fastest with O(publisher).
    type: list
    elements: str
    choices: ["", managed, gallery, shared, community, marketplace, all]
    default: [managed]
  location:
    description:
      - Region in which VMs are to be made from the images. Required for the sources V(shared), V(community) and V(marketplace), and for
        O(versions=latest).
      - Only images that can be used in this region are listed. For a version in a gallery, its replica there must be complete.
    type: str
  name:
    description:
      - List only images with this name. It is that of a managed image, or of an image definition in a gallery. Upper and lower case are
        not distinguished.
    type: str
  resource_group:
    description:
      - List only images in this resource group. Defaults to all resource groups of the subscription.
      - If the resource group does not exist, the list is empty, and a warning says so.
    type: str
  tags:
    description:
      - List only images that have all of these tags. A version in a gallery has its own tags and those of its definition.
      - A list holds C(name) for any value, or C(name:value) or C(name=value) for one value. The first colon or equals sign ends the name.
      - A dictionary holds names and values; null stands for any value. Use it for names that contain a colon or an equals sign.
      - A string such as C(role=web, release=3) is read as a dictionary.
    type: raw
  text:
    description:
      - List only images in whose names all of these words occur. Words are separated by spaces, can be parts of names, and are found in
        upper and lower case. So V(sql server 2022) finds the offer C(sql2022-ws2022) of the publisher C(MicrosoftSQLServer).
      - Names of Marketplace images are publisher, offer and SKU. Those of others are the names of image, definition, gallery and resource
        group, the identifier, the description and the tags.
    type: str
  os_type:
    description: List only images with this operating system.
    type: str
    choices: ["", Linux, Windows]
  generation:
    description: List only images for VMs of this generation, V(V1) with BIOS or V(V2) with UEFI.
    type: str
    choices: ["", V1, V2]
  architecture:
    description: List only images of this architecture. Managed images are always V(x64).
    type: str
    choices: ["", x64, Arm64]
  security_type:
    description:
      - List only images with one of these security types. An image without the feature C(SecurityType) is V(Standard), as is every managed
        image.
      - The values are compared as they are. V(TrustedLaunch) does not stand for V(TrustedLaunchSupported).
    type: list
    elements: str
    choices:
      - ""
      - Standard
      - TrustedLaunchSupported
      - TrustedLaunch
      - ConfidentialVMSupported
      - ConfidentialVM
      - TrustedLaunchAndConfidentialVmSupported
  publisher:
    description: List only images with this text in their publisher. For a gallery, it is that in the identifier of the definition.
    type: str
  offer:
    description: List only images with this text in their offer. For a gallery, it is that in the identifier of the definition.
    type: str
  sku:
    description: List only images with this text in their SKU. For a gallery, it is that in the identifier of the definition.
    type: str
  gallery:
    description:
      - List only images in galleries with this name. It is the gallery's own name, the unique name under which it is shared directly, or
        the public name of a community gallery.
    type: str
  gallery_image:
    description: List only versions of image definitions with this name.
    type: str
  min_age:
    description: List only images that were published at least this many days ago. Must be at least 0.
    type: int
  max_age:
    description: List only images that were published at most this many days ago. Must be at least 0 and not below O(min_age).
    type: int
  deprecated:
    description:
      - If V(true), list only images that are deprecated or scheduled for it; if V(false), only the others.
      - Images outside the Marketplace are judged by their purchase plan, whose Marketplace image is looked up. An image without a plan is
        never deprecated. One whose plan is not offered any more is, because no VM can be made from it.
    type: bool
  versions:
    description:
      - Which versions of each image definition or Marketplace SKU to list. Managed images have no versions, so all of them are listed.
      - V(newest) is the one with the largest number that matches the filters, V(all) are all that match. O(deprecated) chooses among these.
      - V(latest) is the one that Azure deploys in O(location) if no version is named. It is the one with the largest number that is in the
        region and not excluded from being the latest one. It is never read from the cache. The task fails if a part cannot be read.
    type: str
    choices: ["", newest, all, latest]
    default: newest
  terms:
    description:
      - Whether to read if the terms of each plan in the result are accepted in the subscription. This takes one request per plan, which is
        never answered from the cache.
    type: bool
    default: false
  limit:
    description:
      - Maximum number of images to return. Must be at least 1. RV(truncated) says whether there were more.
      - Defaults to no limit if only managed images are listed, and to 100 as soon as another source is named.
    type: int
  cache:
    description:
      - Whether names and properties of Marketplace images may be read from a cache on the machine that runs the module, and are kept there.
        Latest versions and terms are always read from Azure.
    type: bool
    default: true
  cache_path:
    description:
      - Folder of the cache. Defaults to C(~/.cache/goldenimage-azure/catalogue).
      - An execution environment of AWX forgets its files after each job. Mount a folder into its container, and name it here.
    type: path
  cache_max_age:
    description: Age in hours up to which the cache is used. Must be at least 1.
    type: int
    default: 24
  progress:
    description:
      - Whether to show progress lines while the catalogue of the Marketplace is read. There is at most one line every 5 seconds, on the
        standard error of the C(ansible) command.
      - Lines appear only if the module runs on the controller, as the user who runs C(ansible), and not asynchronously.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
    description: The module only reads.
  diff_mode:
    support: N/A
    description: The module only reads.
  idempotent:
    support: full
    description: The module only reads.
seealso:
  - module: goldenimage.azure.image_boot
  - module: goldenimage.azure.image_capture
  - module: goldenimage.azure.image_upload
  - module: goldenimage.azure.gallery_image_version_info
notes:
  - An empty string counts as an omitted option for every option.
  - Listing galleries takes one request for each gallery, one for each definition that can match, and one for each version whose replicas
    have to be known. Filters by gallery, definition and identifier save requests, and so does O(limit).
"""

EXAMPLES = r"""
- name: List all managed images
  goldenimage.azure.image_info:

- name: List the web images of release 3 in one resource group
  goldenimage.azure.image_info:
    resource_group: images
    tags: ["role:web", "release:3"]
  register: web

- name: List the images of the role web that have any release
  goldenimage.azure.image_info:
    tags:
      role: web
      release: null

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ web.images | map(attribute='name') }}"

- name: Find Marketplace images with SQL Server 2022
  goldenimage.azure.image_info:
    sources: marketplace
    location: westeurope
    text: sql server 2022

- name: Find community images of Debian 12 for Arm64 that were published in the last half year
  goldenimage.azure.image_info:
    sources: community
    location: westeurope
    text: debian 12
    architecture: Arm64
    max_age: 180

- name: List what others share with this subscription in one region
  goldenimage.azure.image_info:
    sources: shared
    location: westeurope

- name: List all versions in one gallery of the subscription, with the states of their replicas
  goldenimage.azure.image_info:
    sources: gallery
    resource_group: images
    gallery: golden
    versions: all

- name: Find the version that Azure deploys now from an image definition, among the subscription's own and shared ones
  goldenimage.azure.image_info:
    sources: [gallery, shared]
    location: westeurope
    gallery_image: debian-12
    versions: latest

- name: Find the subscription's own images that are made from a deprecated plan
  goldenimage.azure.image_info:
    sources: [managed, gallery]
    deprecated: true
"""

RETURN = r"""
images:
  description: The images, sorted by source, resource group, gallery and name, then by version. Keys that a source does not know are null.
  returned: success
  type: list
  elements: dict
  contains:
    origin: {description: "The source: C(managed), C(gallery), C(shared), C(community) or C(marketplace).", type: str}
    reference:
      description:
        - What M(goldenimage.azure.image_boot) and az take as image. It is a resource id, the id of a shared or community gallery's
          version, or publisher, offer, SKU and version with colons.
      type: str
    reference_dict: {description: "The same as a dictionary, as azure.azcollection takes it as C(image).", type: dict}
    id: {description: Resource id., type: str}
    name: {description: "Name of the managed image or of the image definition; publisher, offer and SKU in the Marketplace.", type: str}
    resource_group: {description: Resource group., type: str}
    subscription_id: {description: Subscription of the image., type: str}
    location:
      description: Region of a managed image or of a version in a gallery. For images of others, the region in which they were found.
      type: str
    gallery: {description: "Name of the gallery. For one of others, its unique or public name.", type: str}
    gallery_image: {description: Name of the image definition., type: str}
    publisher: {description: "Publisher, for a gallery that in the identifier of the definition.", type: str}
    offer: {description: Offer., type: str}
    sku: {description: SKU., type: str}
    version: {description: Version., type: str}
    description: {description: Description of the image definition., type: str}
    published: {description: When the version was published., type: str}
    end_of_life: {description: "When the version ends. For a deleted one, until when it can be used by its number.", type: str}
    provisioning_state:
      description:
        - C(Succeeded) for a usable image. C(SoftDeleted) for a version that was deleted and can still be used by its number. Null if others
          do not show it.
      type: str
    os_type: {description: C(Linux) or C(Windows)., type: str}
    os_state: {description: C(Generalized) or C(Specialized)., type: str}
    hyper_v_generation: {description: C(V1) or C(V2)., type: str}
    architecture: {description: C(x64) or C(Arm64); null for a Marketplace image that does not name it., type: str}
    security_type: {description: The value of the feature C(SecurityType); C(Standard) without it., type: str}
    disk_controllers: {description: "The disk controllers that it supports, if the image names them.", type: list, elements: str}
    hibernation: {description: "Whether it supports hibernation, if the image says so.", type: bool}
    features: {description: "All features, by name.", type: dict}
    os_disk_size_gib: {description: Size of the OS disk in GiB., type: int}
    data_disk_luns: {description: LUNs of the data disks., type: list, elements: int}
    plan:
      description: The purchase plan that a VM from it must name, with C(name), C(publisher) and C(product); null without one.
      type: dict
    terms_accepted:
      description: Whether the terms of the plan are accepted; null unless O(terms) asks for it, and without a plan.
      type: bool
    deprecation:
      description:
        - C(state), C(scheduled_time) and the C(alternative) that its publisher names, with C(type) (C(Offer) or C(Plan)) and C(value). The
          state is C(Active), C(ScheduledForDeprecation) or C(Deprecated).
        - For images outside the Marketplace, it is that of the Marketplace image of their plan, or C(NotOffered) if the region has none
          with this plan. Null without a plan.
      type: dict
    replication:
      description: C(aggregated_state), and in C(regions) the C(region), C(state), C(progress) and C(details) of each replica.
      type: dict
    regions: {description: Short names of the regions in which VMs can be made from it., type: list, elements: str}
    license_types: {description: The values of C(licenseType) for VMs from it; null if they are not known., type: list, elements: str}
    subscriber_only:
      description: Whether only Visual Studio subscribers get it with their contracts; null if that is not known.
      type: bool
    exclude_from_latest: {description: "Whether it is excluded from being the latest version, in O(location) or everywhere.", type: bool}
    latest:
      description: Whether Azure deploys it in O(location) if no version is named; null if that was not read from Azure.
      type: bool
    tags: {description: "Tags, with names and values unchanged.", type: dict}
    source:
      description: Id of the VM that a managed image was made from; null if it was made from disks.
      returned: for managed images
      type: str
    os_disk:
      description: The OS disk of a managed image, with source, size_gib, caching, storage_account_type and disk_encryption_set.
      returned: for managed images
      type: dict
    data_disks:
      description: The data disks of a managed image, with lun and the same keys.
      returned: for managed images
      type: list
      elements: dict
    zone_resilient: {description: Whether a managed image is stored in several zones., returned: for managed images, type: bool}
  sample:
    - origin: gallery
      reference: >-
        /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.0.0
      name: web
      gallery: golden
      gallery_image: web
      version: 1.0.0
      location: westeurope
      regions: [westeurope, northeurope]
      os_type: Linux
      hyper_v_generation: V2
      architecture: x64
      security_type: TrustedLaunchSupported
      latest: true
      tags: {role: web}
truncated:
  description: Whether there were more images than O(limit).
  returned: success
  type: bool
complete:
  description: Whether everything could be read that can be in the list.
  returned: success
  type: bool
missing:
  description: Sentences about the parts that could not be read.
  returned: success
  type: list
  elements: str
catalogue_read_at:
  description: When the oldest part that came from the cache was read from Azure; null if none did. Later changes may be missing.
  returned: success
  type: str
skipped_sources:
  description: Which O(sources) have no images in the list, because they know nothing about a filter.
  returned: success
  type: list
  elements: dict
  contains:
    source: {description: The source., type: str}
    filter: {description: The option., type: str}
    reason: {description: Why the source does not know it., type: str}
code:
  description: Azure's error code.
  returned: when Azure refused a request
  type: str
status:
  description: HTTP status of Azure's answer.
  returned: when Azure refused a request
  type: int
request_id:
  description: Id of the request, for Azure support.
  returned: when Azure refused a request
  type: str
"""

import os

from ..module_utils._ansible.arguments import AZURE, arguments
from ..module_utils._ansible.key_values import read_key_values
from ..module_utils._ansible.module import LenientModule
from ..module_utils._ansible.perform import perform
from ..module_utils._ansible.progress import progress_listener
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.images.plan import IMAGES

ARGUMENTS = arguments(
    AZURE,
    sources=dict(
        type="list", elements="str", choices=["", "managed", "gallery", "shared", "community", "marketplace", "all"], default=["managed"]
    ),
    location=dict(type="str"),
    name=dict(type="str"),
    resource_group=dict(type="str"),
    tags=dict(type="raw"),
    text=dict(type="str"),
    os_type=dict(type="str", choices=["", "Linux", "Windows"]),
    generation=dict(type="str", choices=["", "V1", "V2"]),
    architecture=dict(type="str", choices=["", "x64", "Arm64"]),
    security_type=dict(
        type="list",
        elements="str",
        choices=[
            "",
            "Standard",
            "TrustedLaunchSupported",
            "TrustedLaunch",
            "ConfidentialVMSupported",
            "ConfidentialVM",
            "TrustedLaunchAndConfidentialVmSupported",
        ],
    ),
    publisher=dict(type="str"),
    offer=dict(type="str"),
    sku=dict(type="str"),
    gallery=dict(type="str"),
    gallery_image=dict(type="str"),
    min_age=dict(type="int"),
    max_age=dict(type="int"),
    deprecated=dict(type="bool"),
    versions=dict(type="str", choices=["", "newest", "all", "latest"], default="newest"),
    terms=dict(type="bool", default=False),
    limit=dict(type="int"),
    cache=dict(type="bool", default=True),
    cache_path=dict(type="path"),
    cache_max_age=dict(type="int", default=24),
    progress=dict(type="bool", default=True),
)


def main() -> None:
    module = LenientModule(**ARGUMENTS)
    module.params["tags"] = read_key_values(module.params["tags"])
    listener = progress_listener(module.params["progress"], os.environ)
    perform(module, lambda params: connect(params, listener), IMAGES, writes=False)


if __name__ == "__main__":
    main()
