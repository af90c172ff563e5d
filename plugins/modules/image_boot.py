#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_boot
short_description: Start a throw-away virtual machine from an image or from disks
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Makes a VM to build, test or rescue with, from a generalized image of any kind or from specialized disks, with a network interface
    of its own in a given subnet and without a public address; or removes it again, with everything that was made for it.
  - Waits until the guest is provisioned. Boot diagnostics are on, so that the guest's verdict can be read when it is captured.
  - The VM is tagged C(goldenimage.purpose=boot). One without this tag is neither changed nor removed.
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
      - V(present) makes the VM if there is none. One that exists and is not as asked, or failed, is an error.
        Compared is what Azure shows of a VM, so not O(admin_password), O(ssh_public_keys) and O(custom_data).
      - V(absent) deletes the VM, its network interface, and the disks that were made with it. Disks that were given stay.
    type: str
    choices: [present, absent]
    default: present
  image:
    description:
      - "The image: a managed image as a name, a resource id or a dictionary with C(name) and C(resource_group); or the id of a
        gallery's image or image version, also of a shared or a community gallery; or an image of the Marketplace as
        C(publisher:offer:sku:version)."
      - Images that need a plan of the Marketplace, and specialized images of a gallery, are not supported.
      - Data disks that come with a managed image are deleted with the VM.
    type: raw
  os_disk:
    description: "Instead of O(image), a disk to start from as it is: a name, a resource id or a dictionary."
    type: raw
  data_disks:
    description: Further data disks.
    type: list
    elements: dict
    suboptions:
      lun:
        description: Where the disk is attached, between 0 and 63.
        type: int
        required: true
      size_gib:
        description: Size of a new, empty disk, between 1 and 32767.
        type: int
      disk:
        description: "A disk that exists: a name, a resource id or a dictionary."
        type: raw
  subnet:
    description:
      - Subnet of the network interface, as a resource id or a dictionary with C(virtual_network), C(subnet) and, if it
        is another, C(resource_group).
      - Required for V(state=present).
    type: raw
  location:
    description:
      - Region. Default is that of the image or of the OS disk, else of the resource group.
      - Must be that of the image and of the disks. With an image of a gallery or of the Marketplace, must be a region that has VMs, which
        is looked up before anything is written, if the rights allow it.
    type: str
  zone:
    description: Availability zone. Default is that of the disks.
    type: str
  size:
    description: Size of the VM.
    type: str
    default: Standard_B2s
  storage_account_type:
    description: Storage of the disks that are made.
    type: str
    choices: [Standard_LRS, StandardSSD_LRS, Premium_LRS]
    default: Standard_LRS
  os_type:
    description: Operating system. Default is what the image or the disk says, else V(Linux).
    type: str
    choices: [Linux, Windows]
  computer_name:
    description: Host name of the guest. Default is the VM's name.
    type: str
  admin_username:
    description: First user. Required with an image, impossible with O(os_disk). Must not be one of the names that Azure reserves.
    type: str
  admin_password:
    description:
      - Password of the first user. Without one, a Linux guest takes no passwords at all.
      - Must be as long and as varied as Azure demands for the operating system.
    type: str
  ssh_public_keys:
    description: Public keys of the first user.
    type: list
    elements: str
  custom_data:
    description: Text that the guest gets when it is provisioned, for example for cloud-init.
    type: str
attributes:
  check_mode:
    support: full
    description:
      - Reads Azure once, checks everything that can be checked, and says what would be done. What Azure is still working on is
        planned as if that had succeeded; a warning says so.
  diff_mode:
    support: full
    description: Shows the VM before and after.
  idempotent:
    support: full
    description: A VM that is as asked is left alone, running or not.
seealso:
  - module: goldenimage.azure.image_upload
  - module: goldenimage.azure.image_capture
  - module: goldenimage.azure.vm_backup
notes:
  - An image or a disk that carries the tag C(goldenimage.plan) gives its Marketplace plan to the VM.
  - If the guest is not provisioned, the error ends with the last line of its boot log, and more of the log is returned.
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

- name: Start a VM from an image of the Marketplace
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

- name: Start a VM from the disks of a backup
  goldenimage.azure.image_boot:
    resource_group: build
    name: web1-again
    os_disk: web1-before-generalize-2f0c7a5e-os-disk
    subnet: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/n/subnets/s

- name: Remove a VM and everything that was made with it
  goldenimage.azure.image_boot:
    resource_group: build
    name: web1
    state: absent
"""

RETURN = r"""
vm:
  description: The VM as it is now, in check mode as it would be; null once it is gone.
  returned: success
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    resource_group: {description: Resource group., type: str}
    location: {description: Region., type: str}
    vm_id: {description: "Azure's own id of this VM's life, in lower case. The guest reads the same one.", type: str}
    provisioning_state: {description: C(Succeeded) once the guest is provisioned., type: str}
    power_state: {description: "C(running), C(stopped), C(deallocated) and so on.", type: str}
    generalized: {description: Whether Azure has it flagged as generalized., type: bool}
    size: {description: Size of the VM., type: str}
    os_type: {description: C(Linux) or C(Windows)., type: str}
    computer_name: {description: Host name that was asked for; null for specialized disks., type: str}
    os_disk: {description: "The OS disk: id, name, size_gib, caching, storage_account_type.", type: dict}
    data_disks: {description: "The data disks: lun, and the same.", type: list, elements: dict}
    network_interfaces: {description: Ids of the network interfaces., type: list, elements: str}
    private_ip: {description: Address in the subnet., type: str}
    agent_status: {description: What the guest's agent last said; C(Ready) when it works., type: str}
    tags: {description: "Tags, as they are.", type: dict}
  sample:
    id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/web1
    name: web1
    vm_id: 2f0c7a5e-0a57-4d57-9d0e-6a3f4f7f5f11
    power_state: running
    private_ip: 10.0.0.4
    agent_status: Ready
steps:
  description: What was done, in order; in check mode what would be done.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [create VM web1 from image debian-12]
boot_log:
  description: The last lines of the guest's serial console.
  returned: when the guest was not provisioned
  type: list
  elements: str
code:
  description: Azure's error code.
  returned: when Azure refused something
  type: str
status:
  description: HTTP status of Azure's answer.
  returned: when Azure refused something
  type: int
request_id:
  description: The id under which Azure's support finds that request.
  returned: when Azure refused something
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
    storage_account_type=dict(type="str", choices=["Standard_LRS", "StandardSSD_LRS", "Premium_LRS"], default="Standard_LRS"),
    os_type=dict(type="str", choices=["Linux", "Windows"]),
    computer_name=dict(type="str"),
    admin_username=dict(type="str"),
    admin_password=dict(type="str", no_log=True),
    ssh_public_keys=dict(type="list", elements="str", no_log=False),
    custom_data=dict(type="str", no_log=True),
)
RULES = dict(
    mutually_exclusive=[("image", "os_disk")],
    required_if=[("state", "present", ("image", "os_disk"), True), ("state", "present", ("subnet",))],
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS, **RULES), connect, BOOT)


if __name__ == "__main__":
    main()
