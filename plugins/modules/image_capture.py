#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_capture
short_description: Capture a virtual machine as a managed image
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Makes a managed image from a VM whose guest was generalized and has powered itself off. Deallocates the VM, marks it
    generalized and creates the image; only what is missing is done, so a broken run is repaired by the next one.
  - Nothing is done inside the guest, and the guest is never stopped. Generalize it first, with the role
    P(goldenimage.azure.linux_generalize#role); this module waits until the guest has powered off.
  - "B(Marking a VM generalized cannot be undone): it never starts again. The module therefore asks for two proofs first, see
    O(sealed) and O(backup), and refuses before the first change whatever Azure would refuse afterwards."
  - An image that is already there counts only if it is complete, as asked, and tagged with the C(vmId) of this VM, or if the
    VM is gone.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.target
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  name:
    description: Name of the image.
  resource_group:
    description: Resource group of the image, and of a VM that is given by its name alone.
  vm:
    description:
      - "The VM: a resource id, a name, or a dictionary with C(name), C(resource_group) and C(subscription_id), or with C(id), as other
        modules return it."
    type: raw
    required: true
  location:
    description: Region of the image. It is always that of the VM; another one is refused.
    type: str
  disks:
    description: Whether the image holds all disks of the VM (V(all)) or its OS disk only (V(os)).
    type: str
    choices: [all, os]
    default: all
  sealed:
    description:
      - How it is known that the guest was generalized.
      - V(verified) asks for the finalizer's verdict in the VM's boot log, about this very VM, and with nothing after it but
        the shutdown. It is read before the VM is deallocated and kept as the tag C(goldenimage.seal) of the VM; later runs
        trust that tag for as long as the OS disk has rested since, and that verdict no more once it has not. A verdict that is
        older than the OS disk does not count. This needs boot diagnostics with managed storage.
      - V(assume) takes your word for it.
    type: str
    choices: [verified, assume]
    default: verified
  backup:
    description:
      - V(require) asks for snapshots that M(goldenimage.azure.vm_backup) took of each captured disk before the guest was
        generalized, and at most O(backup_max_age) hours before. V(none) does without.
      - With O(sealed=assume) Azure does not tell when the guest was generalized. Then a backup of any age counts, and only one
        that was taken after the VM was deallocated is refused.
    type: str
    choices: [require, none]
    default: require
  backup_max_age:
    description: How many hours before the seal the backup may have been taken at most.
    type: int
    default: 24
  source:
    description:
      - V(delete) deletes the VM once the image exists. Its disks and network interfaces are deleted with it, or stay, as the
        C(deleteOption) of each says. With O(disks=os), therefore, O(backup) asks for a backup of the data disks too.
    type: str
    choices: [keep, delete]
    default: keep
  recreate:
    description:
      - Whether an image that is there but does not count is deleted and made anew. Without it, that is an error. What a failed
        run left behind for the same VM is replaced in either case.
    type: bool
    default: false
  zone_resilient:
    description: Whether the image is stored in several zones. Not given, Azure decides, and an existing image may be either.
    type: bool
attributes:
  check_mode:
    support: full
    description:
      - Plans without changing anything. Azure is read once, and a VM that still runs is taken for one that has stopped,
        sealed and backed up; a warning says so.
  diff_mode:
    support: full
    description: Shows the image and the VM before and after.
  idempotent:
    support: full
    description: Without O(recreate) and with it, a second run changes nothing.
seealso:
  - module: goldenimage.azure.vm_backup
  - module: goldenimage.azure.image_info
  - module: goldenimage.azure.image_boot
notes:
  - Azure has no managed images of TrustedLaunch, confidential or Arm64 VMs, or of VMs with an ephemeral OS disk
    or, unless O(disks=os), an Ultra disk.
  - The image carries the tags C(goldenimage.vm_id) and C(goldenimage.vm); for a VM born from a Marketplace image with a plan,
    C(goldenimage.plan) too, since managed images have no property for it.
"""

EXAMPLES = r"""
- name: Capture a VM whose guest is generalized and off
  goldenimage.azure.image_capture:
    resource_group: images
    name: web-1
    vm: web1

- name: Capture a VM of another group, OS disk only, and remove the VM
  goldenimage.azure.image_capture:
    resource_group: images
    name: web-1-os
    vm:
      name: web1
      resource_group: build
    disks: os
    source: delete
    tags:
      release: "1"

- name: Rebuild a nightly image under the same name
  goldenimage.azure.image_capture:
    resource_group: images
    name: nightly
    vm: "{{ built.vm.id }}"
    recreate: true

- name: Capture a VM that was generalized by other means and backed up elsewhere
  goldenimage.azure.image_capture:
    resource_group: images
    name: legacy
    vm: legacy1
    sealed: assume
    backup: none
"""

RETURN = r"""
image:
  description: The image as it is now; in check mode as it would be.
  returned: success
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    resource_group: {description: Resource group., type: str}
    location: {description: Region., type: str}
    provisioning_state: {description: C(Succeeded) for a usable image., type: str}
    source: {description: Id of the VM that it was made from; null if it was made from disks., type: str}
    os_type: {description: C(Linux) or C(Windows)., type: str}
    os_state: {description: C(Generalized) or C(Specialized)., type: str}
    hyper_v_generation: {description: C(V1) or C(V2)., type: str}
    os_disk: {description: "The OS disk: source, size_gib, caching, storage_account_type.", type: dict}
    data_disks: {description: "The data disks: lun, and the same.", type: list, elements: dict}
    zone_resilient: {description: Whether it is stored in several zones., type: bool}
    tags: {description: "Tags, as they are.", type: dict}
  sample:
    id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/images/web-1
    name: web-1
    resource_group: images
    location: westeurope
    provisioning_state: Succeeded
    source: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/web1
    os_type: Linux
    os_state: Generalized
    hyper_v_generation: V2
    os_disk: {source: null, size_gib: 30, caching: ReadWrite, storage_account_type: Standard_LRS}
    data_disks: []
    zone_resilient: false
    tags: {release: "1"}
vm:
  description: The VM after the task; null once it is gone.
  returned: success
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    resource_group: {description: Resource group., type: str}
    location: {description: Region., type: str}
    vm_id: {description: "Azure's own id of this VM's life, in lower case. The guest reads the same one.", type: str}
    provisioning_state: {description: C(Succeeded) unless Azure is working on it., type: str}
    power_state: {description: "C(running), C(stopped), C(deallocated) and so on.", type: str}
    generalized: {description: Whether Azure has it flagged as generalized., type: bool}
    size: {description: Size of the VM., type: str}
    os_type: {description: C(Linux) or C(Windows)., type: str}
    computer_name: {description: Host name that was asked for; null for specialized disks., type: str}
    os_disk: {description: "The OS disk: id, name, size_gib, caching, storage_account_type.", type: dict}
    data_disks: {description: "The data disks: lun, and the same.", type: list, elements: dict}
    network_interfaces: {description: Ids of the network interfaces., type: list, elements: str}
    agent_status: {description: What the guest's agent last said., type: str}
    tags: {description: "Tags, as they are; in check mode the seal may lack the time at which the OS disk comes to rest.", type: dict}
steps:
  description: What was done, in order; in check mode what would be done.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [keep the seal of VM web1 as a tag, deallocate VM web1, mark VM web1 generalized, create image web-1 from VM web1]
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
from ..module_utils._planning.capture.plan import CAPTURE
from ..module_utils._planning.capture.request import MAX_AGE

ARGUMENTS = arguments(
    AZURE,
    TARGET,
    TAGS,
    WAIT,
    vm=dict(type="raw", required=True),
    location=dict(type="str"),
    disks=dict(type="str", choices=["all", "os"], default="all"),
    sealed=dict(type="str", choices=["verified", "assume"], default="verified"),
    backup=dict(type="str", choices=["require", "none"], default="require"),
    backup_max_age=dict(type="int", default=MAX_AGE),
    source=dict(type="str", choices=["keep", "delete"], default="keep"),
    recreate=dict(type="bool", default=False),
    zone_resilient=dict(type="bool"),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, CAPTURE)


if __name__ == "__main__":
    main()
