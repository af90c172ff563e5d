# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the option table EVIDENCE: what is required of a VM, disk or snapshot of which a generalized image is made."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  sealed:
    description:
      - How to verify that the guest was generalized.
      - V(verified) requires that the VM has a seal which M(goldenimage.azure.image_capture) has stamped, and that its OS disk was not used
        since. A disk or snapshot is followed back to the VM that has the original disk, by the unique ids that Azure keeps. It counts as
        sealed while the stamp of that VM stands, and only if it was copied after the VM was sealed and deallocated.
      - V(assume) skips this check. You are then responsible for having generalized the guest. The result and the tag
        C(goldenimage.sealed) of what is made say so.
      - A disk that M(goldenimage.azure.image_upload) has filled and that no VM ever had needs no seal.
    type: str
    choices: [verified, assume]
    default: verified
  backup:
    description:
      - V(require) requires a snapshot of each original disk, taken by M(goldenimage.azure.vm_backup) at most O(backup_max_age) hours before
        the guest was generalized. A disk that no VM ever had needs none.
      - V(none) goes on without a backup. It is needed if the VM of the original disk does not exist any more.
    type: str
    choices: [require, none]
    default: require
  backup_max_age:
    description: Maximum age of the backup at the time of the seal, in hours. Must be between 1 and 8760.
    type: int
    default: 24
"""
