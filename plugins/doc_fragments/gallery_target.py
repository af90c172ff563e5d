# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the option table GALLERY_TARGET: a version in a gallery as the target of a capture or an upload."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  gallery_image_version:
    description:
      - The version of an image definition that the task publishes in a gallery, instead of a managed image.
      - Mutually exclusive with O(name); one of both is required.
    type: dict
    suboptions:
      gallery:
        description:
          - The gallery, as a name, a resource id or a dictionary with C(name), C(resource_group) and C(subscription_id).
          - A gallery that is given by name is in the resource group of the task.
        type: raw
        required: true
      gallery_image:
        description: Name of the image definition in the gallery.
        type: str
        required: true
      version:
        description:
          - Number of the version, three numbers such as V(1.2.3), each up to 2147483647. Defaults to V(next).
          - With V(next), the newest version is kept if it was made from this very source. Otherwise the new version has the number of
            the newest one with the last number increased by one, or V(1.0.0) for the first version. Numbers are compared as numbers.
          - Several runs may publish with V(next) at the same time. Each finds a number of its own.
        type: str
      target_regions:
        description:
          - Regions that the version is replicated to. Their order and spelling do not matter. If omitted, existing regions are kept.
          - Azure requires the region of the version itself to be one of them, so it is always added.
          - Existing regions that are not named are kept, unless O(gallery_image_version.purge_target_regions=true).
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the region, such as V(westeurope).
            type: str
            required: true
          regional_replica_count:
            description: Number of replicas in the region. If omitted, O(gallery_image_version.replica_count) applies. Can be changed later.
            type: int
          storage_account_type:
            description: Storage type of the replicas in the region. Cannot be changed later.
            type: str
            choices: [Standard_LRS, Standard_ZRS, Premium_LRS, PremiumV2_LRS]
          exclude_from_latest:
            description: Whether VMs in the region that ask for the latest version do not get this one. Can be changed later.
            type: bool
          encryption:
            description:
              - Encryption of the replicas in the region with keys of your own. Cannot be added or changed later.
              - The disk encryption sets must be in the region, and in the subscription of the gallery.
            type: dict
            suboptions:
              os_disk:
                description: Encryption of the OS disk.
                type: dict
                suboptions:
                  disk_encryption_set:
                    description: Disk encryption set, as a name, a resource id or a dictionary.
                    type: raw
                  confidential_vm_encryption_type:
                    description: What is encrypted, and with which key, for confidential VMs.
                    type: str
                    choices: [EncryptedVMGuestStateOnlyWithPmk, EncryptedWithPmk, EncryptedWithCmk, NonPersistedTPM]
                  secure_vm_disk_encryption_set:
                    description: Disk encryption set for confidential VMs. Required for V(EncryptedWithCmk), and only allowed then.
                    type: raw
              data_disks:
                description: Encryption of the data disks.
                type: list
                elements: dict
                suboptions:
                  lun:
                    description: LUN of the data disk.
                    type: int
                    required: true
                  disk_encryption_set:
                    description: Disk encryption set, as a name, a resource id or a dictionary.
                    type: raw
                    required: true
      purge_target_regions:
        description:
          - Whether existing regions that O(gallery_image_version.target_regions) does not name are removed, with their replicas.
            The version's own region always stays.
          - Azure is allowed to delete replicas only while this happens.
        type: bool
        default: false
      replica_count:
        description: Number of replicas in each region that has no number of its own. Azure's default is 1. Can be changed later.
        type: int
      storage_account_type:
        description: Storage type of the replicas. Defaults to V(Standard_LRS) for a new version. Cannot be changed later.
        type: str
        choices: [Standard_LRS, Standard_ZRS, Premium_LRS, PremiumV2_LRS]
      storage_account_strategy:
        description:
          - How Azure chooses the storage type of the replicas. Cannot be changed later.
          - Mutually exclusive with every storage type. Needs an Azure that knows the api-version 2025-03-03.
        type: str
        choices: [PreferStandard_ZRS, DefaultStandard_LRS]
      replication_mode:
        description:
          - V(Full) copies the disks. V(Shallow) refers to the disks of the source, which is fast and meant for tests. A shallow version
            has one replica in one region. Azure's default is V(Full). Cannot be changed later.
        type: str
        choices: [Full, Shallow]
      exclude_from_latest:
        description: Whether VMs that ask for the latest version do not get this one. Can be changed later.
        type: bool
      end_of_life_date:
        description:
          - Time at which the version reaches its end of life, such as V(2027-06-30) or V(2027-06-30T12:00:00Z). Times without an offset are
            UTC. Can be changed later.
        type: str
      block_deletion_before_end_of_life:
        description: Whether Azure refuses to delete the version before O(gallery_image_version.end_of_life_date). Can be changed later.
        type: bool
      wait:
        description:
          - Until when the task waits. Azure says that a version is created although it cannot be used in some regions yet.
          - V(all) waits until the replication to each wanted region is complete, V(first) until it is complete in one of them.
          - V(none) only starts the creation. A failure is then found by the next run.
        type: str
        choices: [all, first, none]
        default: all
      create_gallery:
        description: Whether to create the gallery, a private one, if it does not exist.
        type: bool
        default: false
      create_gallery_image:
        description:
          - Whether to create the image definition if it does not exist. It takes its operating system, generation, architecture,
            disk controllers and purchase plan from the source.
        type: bool
        default: false
      identifier:
        description: Names by which Azure identifies a new image definition. An existing one is not changed.
        type: dict
        suboptions:
          publisher:
            description: Publisher. Defaults to the name of the gallery.
            type: str
          offer:
            description: Offer. Defaults to the name of the image definition.
            type: str
          sku:
            description: SKU. Defaults to the name of the image definition.
            type: str
      security_type:
        description: Security type of a new image definition. If omitted, it follows from the source. An existing one is not changed.
        type: str
        choices:
          - Standard
          - TrustedLaunchSupported
          - TrustedLaunch
          - ConfidentialVMSupported
          - ConfidentialVM
          - TrustedLaunchAndConfidentialVmSupported
      os_state:
        description:
          - Whether VMs from the version begin as new machines (V(generalized)) or as copies of the source with its users and its
            host name (V(specialized)). An existing image definition must have the same state.
        type: str
        choices: [generalized, specialized]
        default: generalized
      description:
        description: Description of a new image definition. An existing one is not changed.
        type: str
"""
