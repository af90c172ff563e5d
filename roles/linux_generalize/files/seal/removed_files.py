# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files and folders that are removed, each with what it is and with what makes it again. This is the one place to add one to.

Nothing is removed whose absence would break a clone: `remade_by` names what makes the file again there, or why a clone starts without it.
Where no program does so by itself, `unit` names a unit of this folder that renewal.py installs. If `by_hand` is set, somebody has to do it
on each clone, which the report of the preflight says. Patterns may have `*`, `?` and `[]`.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from system import read


class Row(NamedTuple):
    """Files that are removed for one reason."""

    what: str
    remade_by: str
    patterns: tuple[str, ...]
    by_hand: bool = False
    unit: str = ""


SYSTEM = (
    Row("SSH host keys", "cloud-init (ssh_deletekeys)", ("/etc/ssh/ssh_host_*",)),
    Row("the SSH server's settings by cloud-init", "cloud-init (ssh_pwauth)", ("/etc/ssh/sshd_config.d/50-cloud-init.conf",)),
    Row("SSH keys of root", "cloud-init, as far as Azure asks for any", ("/root/.ssh",)),
    Row(
        "Debian's self-signed certificate, with which PostgreSQL and Postfix start",
        "goldenimage-snakeoil.service, before any server starts",
        ("/etc/ssl/private/ssl-cert-snakeoil.key", "/etc/ssl/certs/ssl-cert-snakeoil.pem"),
        unit="goldenimage-snakeoil.service",
    ),
    Row("rights of the admin account", "cloud-init and the agent", ("/etc/sudoers.d/90-cloud-init-users", "/etc/sudoers.d/waagent")),
    Row(
        "copies of the account files, with password hashes",
        "the tools that change accounts",
        ("/etc/passwd-", "/etc/shadow-", "/etc/group-", "/etc/gshadow-", "/etc/subuid-", "/etc/subgid-"),
    ),
    Row("the id of the host for old programs", "glibc, from the address of the host", ("/etc/hostid",)),
    Row("the name of the NVMe host", "nvme-cli, from the system's UUID", ("/etc/nvme/hostnqn", "/etc/nvme/hostid")),
    Row(
        "the name of the iSCSI initiator, without which iscsid does not start",
        "goldenimage-initiatorname.service, before iscsid starts",
        ("/etc/iscsi/initiatorname.iscsi",),
        unit="goldenimage-initiatorname.service",
    ),
    Row("the disks that LVM may use", "LVM, which uses all disks until then", ("/etc/lvm/devices/system.devices",)),
    Row("the machine-id of D-Bus", "systemd-tmpfiles or dbus-daemon, from /etc/machine-id", ("/var/lib/dbus/machine-id",)),
    Row(
        "seeds of random numbers",
        "systemd-random-seed and the boot loader",
        ("/var/lib/systemd/random-seed", "/boot/efi/loader/random-seed", "/boot/loader/random-seed", "/efi/loader/random-seed"),
    ),
    Row("the key of the host's encrypted credentials", "systemd-creds", ("/var/lib/systemd/credential.secret",)),
    Row("facts that the host has sent", "hv_kvp_daemon", ("/var/lib/hyperv/.kvp_pool_*",)),
)
"""The files that Linux itself keeps."""

NETWORK = (
    Row(
        "names of network cards by their hardware addresses",
        "udev, if it still makes such files",
        (
            "/etc/udev/rules.d/70-persistent-net.rules",
            "/etc/udev/rules.d/75-persistent-net-generator.rules",
            "/etc/udev/rules.d/85-persistent-net-cloud-init.rules",
        ),
    ),
    Row(
        "the network that cloud-init configured",
        "cloud-init",
        (
            "/etc/network/interfaces.d/50-cloud-init*",
            "/etc/netplan/50-cloud-init.yaml",
            "/etc/systemd/network/10-cloud-init-*.network",
            "/etc/NetworkManager/system-connections/cloud-init-*.nmconnection",
            "/etc/NetworkManager/conf.d/99-cloud-init.conf",
            "/etc/NetworkManager/conf.d/30-cloud-init-ip6-addr-gen-mode.conf",
        ),
    ),
    Row(
        "the state of NetworkManager",
        "NetworkManager",
        (
            "/var/lib/NetworkManager/secret_key",
            "/var/lib/NetworkManager/*.lease",
            "/var/lib/NetworkManager/timestamps",
            "/var/lib/NetworkManager/seen-bssids",
        ),
    ),
    Row(
        "private keys of WireGuard",
        "its owner: each clone needs a key of its own, and its peers must know it",
        ("/etc/wireguard/*",),
        by_hand=True,
    ),
    Row("the node key of Tailscale", "tailscale up", ("/var/lib/tailscale/tailscaled.state",), by_hand=True),
    Row("the identity of ZeroTier", "zerotier-one", ("/var/lib/zerotier-one/identity.*", "/var/lib/zerotier-one/authtoken.secret")),
)
"""The files that belong to the network of this machine."""

CACHES = (
    Row("caches of apt", "apt", ("/var/cache/apt/*.bin", "/var/cache/apt/archives/*.deb", "/var/lib/apt/extended_states.bak")),
    Row("the state of sudo", "sudo", ("/var/lib/sudo/lectured", "/var/lib/sudo/ts")),
    Row("the drift of this machine's clock", "chronyd", ("/var/lib/chrony/*.drift",)),
    Row("the days of the last rotations", "logrotate", ("/var/lib/logrotate/status",)),
    Row(
        "jobs for one time",
        "nothing: they are over or were meant for this machine",
        ("/var/spool/cron/atjobs/*", "/var/spool/cron/atspool/*"),
    ),
    Row(
        "queues of mail",
        "the mail server, which makes the folders of its queue",
        (
            *(
                f"/var/spool/postfix/{queue}/*"
                for queue in ("active", "bounce", "corrupt", "defer", "deferred", "hold", "incoming", "maildrop")
            ),
            "/var/spool/exim4/input/*",
            "/var/spool/exim4/msglog/*",
            "/var/spool/mqueue/*",
            "/var/spool/mqueue-client/*",
            "/var/spool/clientmqueue/*",
            "/var/spool/nullmailer/queue/*",
            "/var/spool/msmtp/*",
        ),
    ),
)
"""The files that programs keep for themselves."""

REGISTRATIONS = (
    Row("the key of this machine in its domain", "joining the domain", ("/etc/krb5.keytab",), by_hand=True),
    Row(
        "the cache of SSSD, with password hashes of the domain's users",
        "sssd",
        ("/var/lib/sss/db/*", "/var/lib/sss/mc/*", "/var/lib/sss/secrets/*", "/var/lib/sss/keytabs/*"),
    ),
    Row(
        "the password of this machine in its domain, and the SID of its Samba server",
        "smbd; a member of a domain has to join it",
        ("/var/lib/samba/private/secrets.tdb", "/var/lib/samba/private/netlogon_creds_cli.tdb", "/etc/samba/secrets.tdb"),
        by_hand=True,
    ),
    Row(
        "the identity of Microsoft Defender for Endpoint",
        "onboarding, by the extension or a policy",
        ("/etc/opt/microsoft/mdatp/mdatp_onboard.json", "/etc/opt/microsoft/mdatp/wdavstate"),
        by_hand=True,
    ),
    Row("settings of Azure Monitor for this machine", "the extension", ("/etc/opt/microsoft/azuremonitoragent/config-cache",)),
    Row(
        "certificates of the Log Analytics agent",
        "onboarding",
        ("/etc/opt/microsoft/omsagent/certs", "/etc/opt/microsoft/omsagent/*/certs", "/var/opt/microsoft/omsagent/*/state"),
        by_hand=True,
    ),
    Row(
        "the identity of Azure Arc",
        "azcmagent connect",
        ("/var/opt/azcmagent/agentconfig.json", "/var/opt/azcmagent/certs", "/var/opt/azcmagent/tokens"),
        by_hand=True,
    ),
    Row(
        "the certificate of the Puppet agent",
        "the agent, for the name of the clone; the server has to sign it",
        tuple(
            f"{folder}/{name}/*"
            for folder in ("/etc/puppetlabs/puppet/ssl", "/var/lib/puppet/ssl", "/etc/puppet/ssl")
            for name in ("private_keys", "public_keys", "certs", "certificate_requests")
        ),
    ),
    Row(
        "the key and the name of the Salt minion",
        "salt-minion; the master has to accept it",
        ("/etc/salt/pki/minion/*", "/etc/salt/minion_id"),
    ),
    Row("the key of the Chef client", "bootstrapping the node", ("/etc/chef/client.pem", "/etc/cinc/client.pem"), by_hand=True),
    Row(
        "the membership of the kubelet",
        "kubeadm join",
        ("/var/lib/kubelet/pki/*", "/etc/kubernetes/kubelet.conf", "/etc/kubernetes/bootstrap-kubelet.conf"),
        by_hand=True,
    ),
    Row(
        "the membership of the k3s or RKE2 agent",
        "its service, with the token of the server",
        (
            "/etc/rancher/node/password",
            *(f"/var/lib/rancher/{kind}/agent/*.{end}" for kind in ("k3s", "rke2") for end in ("key", "crt", "kubeconfig")),
        ),
    ),
    Row("the identity of the Docker engine", "dockerd", ("/etc/docker/key.json", "/var/lib/docker/engine-id")),
    Row("the membership in a Docker swarm", "docker swarm join", ("/var/lib/docker/swarm/*",), by_hand=True),
    Row("the id of the Consul node", "consul", ("/opt/consul/node-id", "/var/lib/consul/node-id")),
    Row("the id of the Splunk forwarder", "splunk", ("/opt/splunkforwarder/etc/instance.cfg",)),
    Row(
        "the id of a beat of Elastic",
        "the beat",
        tuple(f"/var/lib/{name}beat/meta.json" for name in ("audit", "file", "heart", "metric", "packet")),
    ),
    Row("the self-signed certificate of Cockpit", "cockpit", ("/etc/cockpit/ws-certs.d/0-self-signed*",)),
)
"""The files by which other systems know this machine."""

CREDENTIALS_OF_ROOT = (
    ".azure",
    ".aws",
    ".config/gcloud",
    ".oci",
    ".boto",
    ".s3cfg",
    ".config/rclone",
    ".config/doctl",
    ".config/gh",
    ".config/hub",
    ".docker/config.json",
    ".config/containers/auth.json",
    ".config/helm/registry",
    ".kube",
    ".vault-token",
    ".terraform.d/credentials.tfrc.json",
    ".gnupg",
    ".local/share/keyrings",
    ".netrc",
    ".git-credentials",
    ".config/git/credentials",
    ".subversion/auth",
    ".pgpass",
    ".npmrc",
    ".pypirc",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
)
"""The files of tools in the home of root after a sign-in. Accounts that are kept stay with all of their files."""

ROOT = (
    Row(
        "credentials with which root signed in",
        "signing in again; no service of the system reads them",
        tuple(f"/root/{name}" for name in CREDENTIALS_OF_ROOT),
    ),
)

ROWS = (*SYSTEM, *NETWORK, *CACHES, *REGISTRATIONS, *ROOT)


CONNECTIONS = "/etc/NetworkManager/system-connections/*"
SECRET_SETTING = re.compile(
    r"^\s*(psk|wep-key\d|password|private-key-password|leap-password|pin|private-key|preshared-key|Xauth password|IPSec secret)\s*=\s*\S",
    re.MULTILINE,
)
"""The connections of NetworkManager, of which those with a password or a key were made for this machine."""


def connections_with_secrets() -> list[str]:
    """The connections of NetworkManager that hold a password or a key."""
    return [path for path in sorted(glob.glob(CONNECTIONS)) if os.path.isfile(path) and SECRET_SETTING.search(read(path))]


def is_removed(path: str, extra: Iterable[str] = ()) -> bool:
    """Whether a file, or a folder above it, is removed by these rows or by patterns of the owner of the machine."""
    patterns = [*(pattern for row in ROWS for pattern in row.patterns), *extra]
    steps = [PurePosixPath(path), *PurePosixPath(path).parents]
    return any(step.match(pattern.rstrip("/")) for pattern in patterns for step in steps[:-1])
