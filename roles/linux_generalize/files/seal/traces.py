# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traces of a machine: where Linux keeps what identifies it. This is the one place to add a trace to.

Each trace is one line, in the list that says what happens to it:

REMOVED         files and folders that are removed
EMPTIED         folders that stay, without their content
ACCOUNT_TRACES  folders in which a removed account has a file or a folder of its name
HOME_TRACES     files and folders in the homes of root and of the accounts that stay

The entries of REMOVED and HOME_TRACES can be patterns (`*`, `?`, `[]`). After the removal, the finalizer checks that no entry of REMOVED
is left and that the folders of EMPTIED are empty. Traces that are not removed by their place (accounts, lines of shared files) are in
removal.py; logs are emptied, see logs.py.
"""

from __future__ import annotations

REMOVED = (
    "/etc/ssh/ssh_host_*",
    "/etc/ssh/sshd_config.d/50-cloud-init.conf",
    "/root/.ssh",
    "/etc/krb5.keytab",
    "/etc/ssl/private/ssl-cert-snakeoil.key",
    "/etc/ssl/certs/ssl-cert-snakeoil.pem",
    "/etc/sudoers.d/90-cloud-init-users",
    "/etc/sudoers.d/waagent",
    "/etc/passwd-",
    "/etc/shadow-",
    "/etc/group-",
    "/etc/gshadow-",
    "/etc/subuid-",
    "/etc/subgid-",
    "/etc/hostid",
    "/etc/nvme/hostnqn",
    "/etc/nvme/hostid",
    "/etc/iscsi/initiatorname.iscsi",
    "/etc/lvm/devices/system.devices",
    "/var/lib/dbus/machine-id",
    "/var/lib/systemd/random-seed",
    "/var/lib/systemd/credential.secret",
    "/boot/efi/loader/random-seed",
    "/boot/loader/random-seed",
    "/efi/loader/random-seed",
    "/var/lib/hyperv/.kvp_pool_*",
    "/etc/udev/rules.d/70-persistent-net.rules",
    "/etc/udev/rules.d/75-persistent-net-generator.rules",
    "/etc/udev/rules.d/85-persistent-net-cloud-init.rules",
    "/etc/network/interfaces.d/50-cloud-init*",
    "/etc/netplan/50-cloud-init.yaml",
    "/etc/systemd/network/10-cloud-init-*.network",
    "/etc/NetworkManager/system-connections/cloud-init-*.nmconnection",
    "/etc/NetworkManager/conf.d/99-cloud-init.conf",
    "/etc/NetworkManager/conf.d/30-cloud-init-ip6-addr-gen-mode.conf",
    "/var/lib/NetworkManager/secret_key",
    "/var/lib/NetworkManager/*.lease",
    "/var/lib/NetworkManager/timestamps",
    "/var/lib/NetworkManager/seen-bssids",
    "/var/cache/apt/*.bin",
    "/var/cache/apt/archives/*.deb",
    "/var/lib/apt/extended_states.bak",
    "/var/lib/sudo/lectured",
    "/var/lib/sudo/ts",
    "/var/lib/chrony/*.drift",
    "/var/lib/logrotate/status",
    "/var/spool/cron/atjobs/*",
    "/var/spool/cron/atspool/*",
    "/etc/opt/microsoft/mdatp/mdatp_onboard.json",
    "/etc/opt/microsoft/azuremonitoragent/config-cache",
    "/var/opt/azcmagent/agentconfig.json",
)

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
