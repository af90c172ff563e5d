#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: windows_disk_info
short_description: Read from the disk of a Windows machine whether it was generalized
version_added: 0.2.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Reads the OS disk of a Windows machine that is not running, without starting, mounting or changing it and without root. The disk is a
    file on the machine that runs the module, or a managed disk or a snapshot in Azure.
  - The partition table can be a GPT or an MBR. The Windows volume is found by its content. Registry hives that Windows had not written
    completely are completed by their transaction logs.
  - The verdict rests on the image state that Windows Setup keeps in the registry and in the file C(State.ini), as Microsoft documents.
    Everything else that was found only warns.
  - The Python packages C(libfsntfs-python) and C(regipy) are needed on the machine that runs the module. For O(disk) and O(snapshot) the
    packages of the other modules are needed, too.
  - The contents of a disk are read by a separate process that has no credentials, limited memory and limited time, so that a damaged or
    malicious disk can only fail the reading.
  - It was never run on a disk of a Windows that Sysprep had generalized. Its tests use generated disks, and registry hives of real Windows.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.wait
options:
  path:
    description:
      - Path of the disk file, a raw disk or a fixed VHD. Exactly one of O(path), O(disk) and O(snapshot) is required.
      - A file that another process has locked, or has open for writing, is refused, as far as the user who runs the module can see that.
        A file that a process has only mapped into its memory is not noticed.
      - No connection to Azure is made.
    type: path
  disk:
    description:
      - Managed disk, as a name, a resource id or a dictionary with C(name) and C(resource_group). If it is attached to a VM, that VM must
        be deallocated.
      - The module gets read access to the disk and ends it again. Meanwhile the VM cannot start.
    type: raw
  snapshot:
    description: Snapshot, in the same forms as O(disk). Read access to it is granted and ended again, too.
    type: raw
  resource_group:
    description: Resource group of O(disk) or O(snapshot), if that is given by name.
    type: str
  max_read_mib:
    description:
      - How many MiB of the disk are read at most. Must be at least 1. A usual Windows takes 100 to 200 MiB.
      - What is not read by then is missing in RV(readings), and the verdict is V(unproven), or V(unreadable) if Windows had not been found.
    type: int
    default: 2048
  max_seconds:
    description: In how many seconds the contents must have been read, with the same effect. Must be at least 1.
    type: int
    default: 600
attributes:
  check_mode:
    support: full
    description: The module only reads. Access to a managed disk or snapshot is granted and ended in check mode, too.
  diff_mode:
    support: N/A
    description: The module only reads.
  idempotent:
    support: full
    description: The module only reads.
seealso:
  - module: goldenimage.azure.image_upload
  - module: goldenimage.azure.image_capture
  - name: Windows Setup states
    description: What the image states mean.
    link: https://learn.microsoft.com/windows-hardware/manufacture/desktop/windows-setup-states
notes:
  - The task succeeds whatever the verdict is. Check RV(verdict) before the disk is used.
  - Of secrets only their places are returned.
"""

EXAMPLES = r"""
- name: Read the disk of a server that was generalized and shut down
  goldenimage.azure.windows_disk_info:
    path: /var/tmp/web.raw
  register: found

- name: Refuse a disk that was not generalized
  ansible.builtin.assert:
    that: found.verdict == 'generalized'
    fail_msg: "{{ found.reason }}"

- name: Check that the backup of a Windows VM can be read
  goldenimage.azure.windows_disk_info:
    resource_group: build
    snapshot: web-backup-os
"""

RETURN = r"""
verdict:
  description:
    - C(generalized) if the image state is that of a generalized Windows in both places, C(specialized) if it is that of a Windows that was
      not generalized.
    - C(broken) if Sysprep has failed or was interrupted, or generalized for audit mode.
    - C(encrypted) if no Windows can be read and a volume is encrypted with BitLocker. An encrypted volume next to a Windows makes it
      C(unproven).
    - C(unreadable) if no Windows was found, and C(unproven) if something could not be read or the two places differ.
  returned: success
  type: str
  sample: generalized
reason:
  description: The sentence that gives the reason for the verdict.
  returned: success
  type: str
  sample: "ImageState is IMAGE_STATE_COMPLETE in the registry and IMAGE_STATE_COMPLETE in State.ini: this Windows has not been generalized."
findings:
  description: Other things about the disk that are worth knowing, one sentence each. They are also shown as warnings.
  returned: success
  type: list
  elements: str
  sample: ["The driver stornvme is disabled: sizes of VMs with NVMe disks cannot start without it."]
readings:
  description: What was read. A reading that could not be made is null.
  returned: success
  type: dict
  contains:
    windows_found: {description: Whether a partition holds Windows., type: bool}
    encrypted: {description: Whether a volume is encrypted with BitLocker and no Windows can be read., type: bool}
    partition_table: {description: C(gpt) or C(mbr)., type: str}
    image_state: {description: C(ImageState) in the registry., type: str}
    state_ini: {description: C(ImageState) in C(State.ini)., type: str}
    generalized_at:
      description: When the registry key with the image state was last written. For a generalized Windows this is the time of Sysprep.
      type: str
    tag: {description: Whether C(Sysprep_succeeded.tag) exists., type: bool}
    setup_type: {description: C(SetupType) in the registry key C(HKLM\\SYSTEM\\Setup)., type: int}
    cmd_line: {description: C(CmdLine) in that key., type: str}
    computer_name: {description: Name of the computer., type: str}
    start_types:
      description: The value C(Start) of the drivers C(vmbus), C(storvsc) and C(stornvme); null for one that does not exist.
      type: dict
    leftovers:
      description:
        - Accounts and profiles of people, identities, credentials and traces that should not be in an image, each with C(kind) and C(path),
          and C(name) of a value in the registry or of an element in a file.
      type: list
      elements: dict
    replayed: {description: The hives that were completed by their transaction logs., type: list, elements: str}
    flaws: {description: Why something could not be read., type: list, elements: str}
  sample:
    windows_found: true
    encrypted: false
    partition_table: gpt
    image_state: IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE
    state_ini: IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE
    generalized_at: "2026-11-28T09:12:44Z"
    tag: true
    setup_type: 2
    cmd_line: oobe\windeploy.exe
    computer_name: WEB
    start_types: {vmbus: 0, storvsc: 0, stornvme: 0}
    leftovers:
      - {kind: openssh_host_keys, path: 'C:\ProgramData\ssh\ssh_host_rsa_key'}
    replayed: [SOFTWARE]
    flaws: []
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

from ..module_utils._ansible.arguments import AZURE, WAIT, arguments
from ..module_utils._ansible.module import LenientModule
from ..module_utils._ansible.perform import perform
from ..module_utils._disks.local_bytes import opened_file
from ..module_utils._disks.windows.inspect import inspect, require_readers
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.guest.windows.disk_info import OFFLINE, windows_disk_info

ARGUMENTS = arguments(
    AZURE,
    WAIT,
    path=dict(type="path"),
    disk=dict(type="raw"),
    snapshot=dict(type="raw"),
    resource_group=dict(type="str"),
    max_read_mib=dict(type="int", default=2048),
    max_seconds=dict(type="int", default=600),
)


def main() -> None:
    module = LenientModule(**ARGUMENTS)
    connection = (lambda params: OFFLINE) if module.params["path"] else connect
    perform(module, connection, windows_disk_info(inspect, opened_file, require_readers), writes=False)


if __name__ == "__main__":
    main()
