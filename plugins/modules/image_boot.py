#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_boot
short_description: Start a temporary virtual machine from an image or from disks
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Creates a VM for building, testing or rescuing, from an image of any kind or from specialized disks. The VM gets a
    network interface in the given subnet and no public address. Also removes such a VM with everything that was created for it.
  - Waits until the guest is provisioned. Boot diagnostics are on, because M(goldenimage.azure.image_capture) reads the guest's seal there.
  - The VM is tagged C(goldenimage.purpose=boot). A VM without this tag is neither changed nor removed.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.target
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  name:
    description: Name of the VM.
  state:
    description:
      - V(present) creates the VM if it does not exist. If a VM of this name exists and differs from the options, or has failed, the
        task fails. O(admin_password), O(ssh_public_keys) and O(custom_data) are not compared, because Azure does not return them.
      - V(absent) deletes the VM, its network interface and the disks that were created with it. Existing disks that were
        attached to it are kept.
    type: str
    choices: [present, absent]
    default: present
  image:
    description:
      - A managed image, as a name, a resource id or a dictionary with C(name) and C(resource_group).
      - Or the resource id of an image or an image version in a gallery, also in another subscription. In a gallery that is shared with the
        subscription, C(/SharedGalleries/<unique name>/Images/<image>/Versions/<version>); in a community gallery,
        C(/CommunityGalleries/<public name>/Images/<image>/Versions/<version>). Without a version, Azure takes the latest one in the region.
      - Or a Marketplace image, as C(publisher:offer:sku:version).
      - Or a dictionary with one of C(id), C(shared_gallery_image_id) and C(community_gallery_image_id), or with C(publisher), C(offer),
        C(sku) and C(version), which defaults to C(latest).
      - So it takes any C(reference) and C(reference_dict) that M(goldenimage.azure.image_info) returns, and a whole image in its list.
      - A VM from a specialized version keeps its users, its host name and its keys. O(admin_username), O(admin_password),
        O(ssh_public_keys), O(custom_data) and O(computer_name) are refused. A generalized one needs O(admin_username).
      - A version must be replicated to the region of the VM. One that is still being replicated there is waited for. Right after that,
        Azure may not find it for some minutes, so the VM is requested again until O(wait_timeout), for at most 15 minutes.
      - The purchase plan of an image definition or of a Marketplace image is passed on to the VM. If its terms are not accepted in the
        subscription, the task fails before it writes anything, in check mode too, and says how M(goldenimage.azure.marketplace_terms)
        accepts them. If the identity may not read the terms, Azure decides.
      - For up to 30 minutes after terms were accepted, Azure may refuse the VM because of them. It is then requested again until
        O(wait_timeout), for at most 30 minutes. A refusal to sell the plan with another reason or without any ends the task at once.
      - A deprecated Marketplace image is refused before anything is written. One that is scheduled for deprecation is a warning, which
        names the day and the replacement.
      - Data disks that the image contains are deleted with the VM. For an image of a gallery or of the Marketplace, this needs the right
        to read the image, and so do the plan and the check for a specialized version. Without it, the image is taken to be generalized, and
        Azure decides what becomes of its data disks.
    type: raw
  os_disk:
    description: "Existing disk to start from, instead of O(image): a name, a resource id or a dictionary."
    type: raw
  data_disks:
    description: Data disks to attach, in addition to those of the image.
    type: list
    elements: dict
    suboptions:
      lun:
        description: LUN of the disk. Must be between 0 and 63.
        type: int
        required: true
      size_gib:
        description: Size of a new, empty disk in GiB. Must be between 1 and 32767.
        type: int
      disk:
        description: "Existing disk: a name, a resource id or a dictionary."
        type: raw
  subnet:
    description:
      - Subnet of the network interface, as a resource id or a dictionary with C(virtual_network), C(subnet) and, if the network is in
        another resource group, C(resource_group).
      - Required if O(state=present).
    type: raw
  location:
    description:
      - Region of the VM. Defaults to the region of the managed image or of the OS disk. For other images, defaults to the region of the
        resource group.
      - Must be the region of the managed image and of the disks. For an image of a gallery or of the Marketplace, must be a region in which
        VMs are available. This is checked before anything is written, if the identity has the right to read the list of regions.
    type: str
  zone:
    description: Availability zone. Defaults to the zone of the disks.
    type: str
  size:
    description:
      - Size of the VM.
      - Sizes from version 6 on, such as C(Standard_D2s_v6), usually have NVMe disks only. VMs of such a size do not start from managed
        images, nor from other images without the feature C(DiskControllerTypes=SCSI, NVMe). A warning says so.
    type: str
    default: Standard_B2s
  storage_account_type:
    description: Storage type of the disks that are created.
    type: str
    choices: ["", Standard_LRS, StandardSSD_LRS, Premium_LRS]
    default: Standard_LRS
  os_type:
    description:
      - Operating system. Defaults to that of the image or the disk, and must not be another one. For an image of a gallery or of the
        Marketplace, it is read from there.
      - Required if the image may not be read, or if the disk has no operating system in Azure.
    type: str
    choices: ["", Linux, Windows]
  security_type:
    description:
      - Security type of the VM.
      - If omitted, V(TrustedLaunch) or V(ConfidentialVM) is requested if the OS disk, or the feature C(SecurityType) of the image in a
        gallery or the Marketplace, allows nothing else. Otherwise Azure chooses, which makes a standard VM unless the subscription has
        Trusted Launch by default.
      - M(goldenimage.azure.image_capture) makes managed images of standard VMs only. In a subscription with Trusted Launch by default, set
        V(Standard). Azure accepts this value only in subscriptions in which the feature C(UseStandardSecurityType) of C(Microsoft.Compute)
        is registered.
    type: str
    choices: ["", Standard, TrustedLaunch, ConfidentialVM]
  secure_boot:
    description:
      - Whether Secure Boot is on in a VM of security type V(TrustedLaunch) or V(ConfidentialVM). Other VMs do not have it. The virtual TPM
        of such a VM is always on.
      - Set this to V(false) to start a disk whose VM had Secure Boot off, for example because of a kernel that is not signed.
    type: bool
    default: true
  computer_name:
    description: Host name of the guest. Defaults to the name of the VM. Refused with specialized images and disks, which keep theirs.
    type: str
  admin_username:
    description:
      - Name of the first user. Required with a generalized O(image), and refused with a specialized one and with O(os_disk).
      - Must not be a name that Azure reserves, such as C(root) or C(admin).
    type: str
  admin_password:
    description:
      - Password of the first user. If omitted, password logins are disabled in a Linux guest.
      - Must meet the password rules of Azure for the operating system.
    type: str
  ssh_public_keys:
    description: SSH public keys of the first user, each as one line of type C(ssh-ed25519), or C(ssh-rsa) with at least 2048 bits.
    type: list
    elements: str
  custom_data:
    description:
      - Custom data that the guest receives when it is provisioned, for example for cloud-init. At most 65535 bytes.
      - Must be text. A dictionary is refused, because it does not say how it should be written. For cloud-init, write it with a first line
        C(#cloud-config) and the filter P(ansible.builtin.to_nice_yaml#filter).
    type: raw
attributes:
  check_mode:
    support: full
    description:
      - Reads Azure once, checks everything that can be checked, and returns the steps that would be carried out. If an operation is
        still running in Azure, the plan assumes that it succeeds, and a warning says so.
  diff_mode:
    support: full
    description: Shows the VM before and after.
  idempotent:
    support: full
    description: A VM that matches the options is not changed, whether it is running or not.
seealso:
  - module: goldenimage.azure.image_upload
  - module: goldenimage.azure.image_capture
  - module: goldenimage.azure.gallery_image_version
  - module: goldenimage.azure.image_info
  - module: goldenimage.azure.marketplace_terms
  - module: goldenimage.azure.vm_backup
notes:
  - The tags are set on the VM and on its network interface when they are created. Later changes of the tags apply to the VM only.
  - If the managed image or the disk has the tag C(goldenimage.plan), the VM gets the Marketplace plan in this tag.
  - If provisioning the guest fails, the error message ends with the last line of its boot log, and RV(boot_log) holds more of it.
"""

EXAMPLES = r"""
- name: Start a VM from an image, with two empty data disks
  goldenimage.azure.image_boot:
    resource_group: build
    name: web1
    image: debian-12
    subnet:
      virtual_network: build
      subnet: default
    admin_username: builder
    ssh_public_keys:
      - "{{ lookup('ansible.builtin.file', '~/.ssh/id_ed25519.pub') }}"
    data_disks:
      - lun: 0
        size_gib: 4
      - lun: 5
        size_gib: 8
  register: booted

- name: Start a VM from a Marketplace image
  goldenimage.azure.image_boot:
    resource_group: build
    name: debian1
    image: "Debian:debian-12:12-gen2:latest"
    subnet:
      virtual_network: build
      subnet: default
    admin_username: builder
    ssh_public_keys:
      - "{{ lookup('ansible.builtin.file', '~/.ssh/id_ed25519.pub') }}"

- name: Start a VM from a specialized image in a gallery of another subscription
  goldenimage.azure.image_boot:
    resource_group: build
    name: web1-twin
    image: "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/hub/images/web"
    location: westeurope
    subnet:
      virtual_network: build
      subnet: default

- name: Start a VM from the latest version of a community image
  goldenimage.azure.image_boot:
    resource_group: build
    name: community1
    image: /CommunityGalleries/debian-1a2b3c4d/Images/debian-12
    location: westeurope
    subnet:
      virtual_network: build
      subnet: default
    admin_username: builder
    ssh_public_keys:
      - "{{ lookup('ansible.builtin.file', '~/.ssh/id_ed25519.pub') }}"

- name: Start a VM from the disks of a backup
  goldenimage.azure.image_boot:
    resource_group: build
    name: web1-again
    os_disk: web1-before-generalize-2f0c7a5e-os-disk
    subnet: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/n/subnets/s

- name: Remove a VM and everything that was created with it
  goldenimage.azure.image_boot:
    resource_group: build
    name: web1
    state: absent
"""

RETURN = r"""
vm:
  description: The VM after the task, in check mode as predicted; null if it does not exist.
  returned: success
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    resource_group: {description: Resource group., type: str}
    location: {description: Region., type: str}
    vm_id: {description: "The C(vmId) in lower case; Azure assigns a new one to each VM. The guest sees the same id.", type: str}
    provisioning_state: {description: C(Succeeded) once the guest is provisioned., type: str}
    power_state: {description: "C(running), C(stopped), C(deallocated) and so on.", type: str}
    generalized: {description: Whether the VM is marked as generalized in Azure., type: bool}
    size: {description: Size of the VM., type: str}
    os_type: {description: C(Linux) or C(Windows)., type: str}
    computer_name: {description: Host name that was requested; null for specialized images and disks., type: str}
    os_disk: {description: "The OS disk, with id, name, size_gib, caching and storage_account_type.", type: dict}
    data_disks: {description: "The data disks, with lun and the same keys.", type: list, elements: dict}
    network_interfaces: {description: Ids of the network interfaces., type: list, elements: str}
    private_ip: {description: Address in the subnet., type: str}
    agent_status: {description: "The last status that the guest's agent reported, C(Ready) if it works.", type: str}
    tags: {description: "Tags, with names and values unchanged.", type: dict}
  sample:
    id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/web1
    name: web1
    vm_id: 2f0c7a5e-0a57-4d57-9d0e-6a3f4f7f5f11
    power_state: running
    private_ip: 10.0.0.4
    agent_status: Ready
steps:
  description: The steps that were carried out, in order; in check mode the steps that would be carried out.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [create VM web1 from image debian-12]
boot_log:
  description: The last lines of the guest's serial console.
  returned: when provisioning the guest failed
  type: list
  elements: str
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

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.arguments import AZURE, TAGS, TARGET, WAIT, arguments
from ..module_utils._ansible.perform import perform
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.boot.plan import BOOT

ARGUMENTS = arguments(
    AZURE,
    TARGET,
    TAGS,
    WAIT,
    state=dict(type="str", choices=["present", "absent"], default="present"),
    image=dict(type="raw"),
    os_disk=dict(type="raw"),
    data_disks=dict(
        type="list",
        elements="dict",
        options=dict(lun=dict(type="int", required=True), size_gib=dict(type="int"), disk=dict(type="raw")),
    ),
    subnet=dict(type="raw"),
    location=dict(type="str"),
    zone=dict(type="str"),
    size=dict(type="str", default="Standard_B2s"),
    storage_account_type=dict(type="str", choices=["", "Standard_LRS", "StandardSSD_LRS", "Premium_LRS"], default="Standard_LRS"),
    os_type=dict(type="str", choices=["", "Linux", "Windows"]),
    security_type=dict(type="str", choices=["", "Standard", "TrustedLaunch", "ConfidentialVM"]),
    secure_boot=dict(type="bool", default=True),
    computer_name=dict(type="str"),
    admin_username=dict(type="str"),
    admin_password=dict(type="str", no_log=True),
    ssh_public_keys=dict(type="list", elements="str", no_log=False),
    custom_data=dict(type="raw", no_log=True),
)
RULES = dict(
    mutually_exclusive=[("image", "os_disk")],
    required_if=[("state", "present", ("image", "os_disk"), True), ("state", "present", ("subnet",))],
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS, **RULES), connect, BOOT)


if __name__ == "__main__":
    main()
