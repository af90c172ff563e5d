#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin windows_sysprep_wait: nothing of it runs on the machine."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: windows_sysprep_wait
author: goldenimage.azure contributors (@goldenimage)
version_added: 0.1.0
short_description: Wait for the end of Sysprep and say what it proves
description:
  - Reads the state of Sysprep on a Windows machine again and again, until its end is known or a time limit has passed, and returns a
    verdict. Sysprep must have been started before, in a process that outlives the connection.
  - B(Never run on Windows.) The states are those of Microsoft's documentation; how the logs look is known from published ones.
  - A lost connection is neither success nor failure. The task resets the connection and goes on, also over a restart.
  - No verdict makes the task fail. Test RV(verdict) in the next task. Only RV(verdict=generalized) allows a capture.
  - The verdict V(generalized) needs all five of the following. Sysprep has ended; its exit code is 0; C(ImageState) in the registry is
    C(IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE); so it is in C(State.ini); and C(Sysprep_succeeded.tag) is newer than O(started). A machine
    that has restarted since is not V(generalized).
  - The logs explain a verdict and never decide it, because runs that succeed log errors too. Only lines of this run are considered.
  - The role P(goldenimage.azure.windows_generalize#role) uses this module; you rarely need it alone.
options:
  script:
    description:
      - The script that reads the state, as text. It runs with M(ansible.windows.win_powershell) and sets C($Ansible.Result).
      - The role P(goldenimage.azure.windows_generalize#role) has it as C(read_state.ps1).
    type: str
    required: true
  parameters:
    description: Parameters of the script.
    type: dict
    default: {}
  started:
    description:
      - The time at which Sysprep was started, by the clock of the machine, such as V(2026-11-28T10:00:00Z).
      - A time without an offset is taken to be in UTC.
    type: str
    required: true
  timeout:
    description: How long to wait in total, in seconds. After that, a Sysprep that still runs is V(stalled).
    type: int
    default: 3600
  stall_timeout:
    description:
      - How long Sysprep may run without a change of its state and its log C(setupact.log), in seconds.
      - Its validation alone has been seen to take four minutes without a line.
    type: int
    default: 600
  lost_timeout:
    description: How long the machine may be unreadable without interruption, in seconds. After that, the verdict is V(unknown).
    type: int
    default: 900
  poll:
    description: How many seconds to wait between two readings.
    type: int
    default: 10
attributes:
  check_mode:
    description: Whether the task can run in check mode.
    support: none
    details: In check mode, the task is skipped.
  diff_mode:
    description: Whether the task shows differences.
    support: none
  platform:
    description: The target operating systems.
    support: full
    platforms: windows
  async:
    description: Whether the task can run with C(async).
    support: none
  action:
    description: Whether the work is done by an action plugin on the controller.
    support: full
seealso:
  - module: ansible.windows.win_powershell
  - module: goldenimage.azure.image_capture
  - name: Windows Setup states
    description: What the image states mean.
    link: https://learn.microsoft.com/windows-hardware/manufacture/desktop/windows-setup-states
"""

EXAMPLES = r"""
- name: Wait for the end of Sysprep
  goldenimage.azure.windows_sysprep_wait:
    script: "{{ lookup('ansible.builtin.file', 'read_state.ps1') }}"
    started: "{{ launched.result.started }}"
  register: sysprep

- name: Require a generalized machine
  ansible.builtin.assert:
    that: sysprep.verdict == 'generalized'
    fail_msg: "Sysprep: {{ sysprep.verdict }}: {{ sysprep.cause }}. {{ sysprep.remedy }} ({{ sysprep.source }})"
"""

RETURN = r"""
verdict:
  description:
    - V(generalized) - all the evidence is there.
    - V(refused) - Sysprep ended in its validation; the machine is unchanged. Remove the cause and run Sysprep again.
    - V(broken) - Sysprep ended in the middle, or prepared the machine for audit mode. Restore the machine from its backup.
    - V(stalled) - Sysprep still runs, and a time limit has passed.
    - V(unknown) - the machine could not be read any more. Find out whether it runs; that it has stopped proves nothing.
    - V(unproven) - Sysprep has ended, and evidence is missing or contradicts itself, or the machine has restarted.
  type: str
  returned: always
  sample: refused
cause:
  description: Why the verdict is not V(generalized); empty if it is.
  type: str
  returned: always
  sample: an app package is installed for a user, but not provisioned for all users
remedy:
  description: What to do about it; empty for V(generalized).
  type: str
  returned: always
  sample: remove the package that setuperr.log names
source:
  description: The document or report that the verdict, or its cause and remedy, are from.
  type: str
  returned: always
  sample: https://learn.microsoft.com/windows-hardware/manufacture/desktop/windows-setup-states
signature:
  description: The id of the known failure that the logs of this run show; empty if they show none.
  type: str
  returned: always
  sample: appx
image_state:
  description: The last C(ImageState) of the registry; null if there was none.
  type: str
  returned: always
  sample: IMAGE_STATE_COMPLETE
exit_code:
  description: The exit code of Sysprep; null if none was kept. It says 0 also after failures.
  type: int
  returned: always
  sample: 0
readings:
  description:
    - The readings that differ from the one before, and the last one; at most 20, the oldest first. The logs are left out.
    - C(sysprep_status) has the values of the registry key C(Setup\Status\SysprepStatus), which Microsoft does not document.
  type: list
  elements: dict
  returned: always
  sample:
    - time: "2026-11-28T10:05:00.000000Z"
      utc_offset_minutes: 0
      process: ended
      process_started: null
      pid: 4242
      exit_code: 0
      launch_error: null
      image_state: IMAGE_STATE_COMPLETE
      state_ini: IMAGE_STATE_COMPLETE
      tag_time: null
      setupact_size: 20480
      uptime_seconds: 3600
      sysprep_status:
        GeneralizationState: 7
setuperr:
  description: The last lines of C(setuperr.log), at most 20; it may hold lines of earlier runs.
  type: list
  elements: str
  returned: always
  sample: []
setupact:
  description: The last lines of C(setupact.log), at most 20.
  type: list
  elements: str
  returned: always
  sample: []
seconds:
  description: How long the task has waited.
  type: int
  returned: always
  sample: 310
"""
