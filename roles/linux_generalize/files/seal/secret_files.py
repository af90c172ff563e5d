# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of secrets: which registrations a clone loses, which keys all clones will share, and which places may hold more.

What is removed without a question stands in removed_files.py. Here are the files that belong to what the image is made for: removing them
would break it, so that their owner has to decide.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from cloud_init import judged, keys_for_all
from machine import Machine
from removed_files import ROWS, connections_with_secrets, is_removed
from report import UNPROVEN, WARN, Check, Finding

PRIVATE_KEY = b"PRIVATE KEY-----"
KEY_STORES = (".pfx", ".p12", ".jks", ".keystore")
KEY_FOLDERS = ("/etc", "/opt", "/srv", "/usr/local")
LARGEST_KEY = 64 << 10  # bytes of a file that are read
ROWS_SHOWN = 20


class Place(NamedTuple):
    """A place that may hold secrets, and what they are."""

    what: str
    patterns: tuple[str, ...]


UNSEEN = (
    Place(
        "volumes and layers of containers",
        (
            "/var/lib/docker/volumes/*",
            "/var/lib/docker/overlay2/*",
            "/var/lib/containers/storage/*",
        ),
    ),
    Place("images and snapshots of containerd", ("/var/lib/containerd/*",)),
    Place(
        "containers and virtual machines",
        ("/var/lib/lxc/*", "/var/lib/lxd/*", "/var/lib/incus/*", "/var/lib/machines/*", "/var/lib/libvirt/images/*"),
    ),
    Place(
        "the content of a database, with its own users and passwords",
        (
            "/var/lib/postgresql/*/*",
            "/var/lib/pgsql/*/data",
            "/var/lib/mysql/*",
            "/var/lib/mongodb/*",
            "/var/lib/redis/*.rdb",
            "/var/lib/ldap/*.mdb",
            "/var/lib/influxdb/*",
            "/var/lib/elasticsearch/*",
            "/var/lib/etcd/*",
            "/var/lib/cassandra/*",
            "/var/opt/mssql/data/*",
        ),
    ),
    Place("keys and tokens of a Kubernetes server", ("/etc/kubernetes/pki/*", "/etc/kubernetes/admin.conf", "/var/lib/rancher/*/server/*")),
    Place("credentials of network shares", ("/etc/*credentials*", "/etc/smbcredentials/*", "/etc/davfs2/secrets", "/etc/blobfuse*/*")),
    Place(
        "passwords in the settings of directory services",
        ("/etc/sssd/sssd.conf", "/etc/ldap.secret", "/etc/nslcd.conf", "/etc/pam_ldap.conf"),
    ),
    Place("keys and passwords of a VPN", ("/etc/openvpn/*/*", "/etc/ipsec.secrets", "/etc/swanctl/private/*", "/etc/ipsec.d/private/*")),
    Place("passwords of the mail server", ("/etc/postfix/sasl*", "/etc/exim4/passwd.client", "/etc/msmtprc")),
    Place("accounts and keys of certificate authorities", ("/etc/letsencrypt/accounts/*",)),
    Place("the key of an encrypted disk", ("/etc/cryptsetup-keys.d/*", "/etc/luks-keys/*", "/root/*.keyfile")),
    Place("credentials that only this machine can decrypt, so that clones cannot", ("/etc/credstore.encrypted/*",)),
    Place("settings of a database client with passwords", ("/root/.my.cnf", "/root/.mylogin.cnf", "/var/lib/postgresql/.pgpass")),
    Place(
        "the registration of a build agent or runner",
        ("/etc/gitlab-runner/config.toml", "/opt/*/.credentials*", "/opt/*/.runner", "/srv/*/.credentials*", "/var/lib/jenkins/secrets"),
    ),
    Place(
        "the id of a security or monitoring agent, for which its vendor has a procedure",
        (
            "/opt/CrowdStrike/falconstore",
            "/opt/sentinelone",
            "/etc/qualys/cloud-agent",
            "/usr/local/qualys",
            "/opt/nessus_agent",
            "/opt/rapid7",
            "/opt/sophos-spl",
            "/opt/ds_agent",
            "/opt/Elastic/Agent",
            "/opt/traps",
            "/var/ossec/etc/client.keys",
            "/etc/datadog-agent/auth_token",
        ),
    ),
    Place(
        "settings of applications, often with passwords",
        ("/opt/*/.env", "/srv/*/.env", "/srv/*/*/.env", "/var/www/*/.env", "/var/www/*/*/.env", "/var/www/*/wp-config.php"),
    ),
)
"""The places of secrets that belong to the content of the image. Only those that exist on this machine are reported."""


def lost_registrations(machine: Machine) -> Iterator[Finding]:
    """The registrations that are removed and have to be set up again on each clone."""
    for row in ROWS:
        for path in sorted(path for pattern in row.patterns for path in glob.glob(pattern) if row.by_hand)[:1]:
            yield Finding(f"{path} will be removed, which is {row.what}; a clone gets it by: {row.remade_by}", WARN)
    for path in connections_with_secrets():
        yield Finding(f"{path} will be removed, which is a network connection with a password or a key", WARN)


def shared_keys(machine: Machine) -> Iterator[Finding]:
    """Private keys that stay in the image."""
    yield from judged(keys_for_all)(machine)
    found = (path for folder in KEY_FOLDERS for path in private_keys(folder) if not is_removed(path, machine.extra))
    shown = list(islice(found, ROWS_SHOWN))
    yield from (Finding(f"{path} is a private key that stays in the image", WARN) for path in shown)
    if len(shown) == ROWS_SHOWN:
        yield Finding(f"there may be more private keys than these {ROWS_SHOWN}", WARN)


def private_keys(top: str) -> Iterator[str]:
    """Files that hold a private key, on the file system of a folder. Outside /etc, only files with a usual name are read."""
    for folder, below, names in os.walk(top):
        below[:] = sorted(name for name in below if not os.path.ismount(f"{folder}/{name}"))
        for path in (f"{folder}/{name}" for name in sorted(names)):
            if path.endswith(KEY_STORES) or (path.endswith((".key", ".pem")) or path.startswith("/etc/")) and holds_private_key(path):
                yield path


def holds_private_key(path: str) -> bool:
    """Whether a small regular file has a private key in PEM. Files come and go while the rehearsal runs."""
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return PRIVATE_KEY in file.read(LARGEST_KEY)
    except FileNotFoundError:
        return False


def unseen_places(machine: Machine) -> Iterator[Finding]:
    """The places of this machine in which no check looks for secrets."""
    for place in UNSEEN:
        for path in sorted(path for pattern in place.patterns for path in glob.glob(pattern) if not is_removed(path, machine.extra))[:1]:
            yield Finding(f"{path} is not looked at: {place.what}", UNPROVEN)


CHECKS: Sequence[Check] = (
    Check(
        id="registrations",
        fine="nothing is removed that somebody has to set up again",
        why="two machines must not have the same identity, and a service that needs one does not start without it",
        mend="do it on each clone, for example with cloud-init",
        source="roles/linux_generalize/files/seal/removed_files.py",
        look=lost_registrations,
    ),
    Check(
        id="shared_keys",
        fine="no private key stays in the image",
        why="all clones share the key: anyone who controls one can pose as all others",
        mend="list the file under remove and make a key on each clone, unless all of them are meant to share it",
        source="roles/linux_generalize/files/seal/secret_files.py",
        look=shared_keys,
    ),
    Check(
        id="secrets_unknown",
        fine="nothing was found that is known to hold secrets and is not looked at",
        why="secrets there stay in the image",
        mend="look there yourself, and list under remove what must not be in the image",
        source="roles/linux_generalize/files/seal/secret_files.py",
        look=unseen_places,
    ),
)
