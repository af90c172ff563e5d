# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traces of a machine: where Linux keeps what identifies it. This and removed_files.py are the places to add a trace to.

Each trace is one line, in the list that says what happens to it:

REMOVED         files and folders that are removed, from removed_files.py
EMPTIED         folders that stay, without their content
ACCOUNT_TRACES  folders in which a removed account has a file or a folder of its name
HOME_TRACES     files and folders in the homes of root and of the accounts that stay
TRUNCATED_LOGS  files below /var/log that become empty; all others there are removed

The entries of REMOVED and HOME_TRACES can be patterns (`*`, `?`, `[]`). After the removal, the finalizer checks that no entry of REMOVED
is left and that the folders of EMPTIED are empty. Traces that are not removed by their place (accounts, lines of shared files) are in
removal.py.
"""

from __future__ import annotations

from removed_files import ROWS

REMOVED = tuple(pattern for row in ROWS for pattern in row.patterns)

EMPTIED = (
    "/var/lib/waagent",
    "/var/lib/cloud",
    "/var/lib/dhcp",
    "/var/lib/dhclient",
    "/var/lib/dhcpcd",
    "/var/lib/systemd/linger",
    "/var/lib/systemd/coredump",
    "/var/lib/systemd/timers",
    "/var/lib/AccountsService/users",
    "/var/log/journal",
    "/var/backups",
    "/var/crash",
    "/var/tmp",
    "/tmp",
    "/var/mail",
)

ACCOUNT_TRACES = (
    "/var/spool/cron/crontabs",
    "/var/mail",
    "/var/lib/systemd/linger",
    "/var/lib/AccountsService/users",
)

HOME_TRACES = (
    ".*_history",
    ".ansible",
    ".ansible_async",
    ".cache",
    ".lesshst",
    ".viminfo",
    ".wget-hsts",
    ".sudo_as_admin_successful",
)

TRUNCATED_LOGS = (
    "wtmp",
    "btmp",
    "lastlog",
    "faillog",
    "tallylog",
)
