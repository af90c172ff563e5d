# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that was in use for years: a database, users who transfer files, an application, a share, other disks, and leftovers.

`furnish` adds all of it to a guest that was not started yet. Everything here stands for a fault that a real server has shown.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

PACKAGES = ("postgresql", "bindfs", "acl")
HOST, USER = "db", "debian"
"""Names that are ordinary words: many files of a system contain them."""
DATA_MIB = 16

SUDOERS = r"""User_Alias OPERATORS = debian, \
    backup
OPERATORS ALL=(postgres) \
    NOPASSWD: /usr/bin/psql
debian ALL=(ALL) \
    NOPASSWD: ALL
backup ALL=(root) NOPASSWD: /usr/bin/rsync
"""
SFTP = """Match Group sftponly
    ChrootDirectory /srv/sftp
    ForceCommand internal-sftp
"""
UNIT = """[Unit]
Description={description}
After=local-fs.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={command}

[Install]
WantedBy=multi-user.target
"""
FILES = {
    "etc/hosts": f"127.0.0.1 localhost\n127.0.1.1 {HOST}.internal {HOST}\n10.0.0.9 git.corp.example {HOST}.corp.example\n",
    "etc/sudoers.d/operators": SUDOERS,
    "etc/ssh/sshd_config.d/50-sftp.conf": SFTP,
    "etc/cloud/cloud.cfg.d/99_pve.cfg": "datasource_list: [ ConfigDrive, NoCloud ]\n",
    "etc/cloud/cloud.cfg.d/99-disable-network-config.cfg": "network: {config: disabled}\n",
    "etc/netplan/01-static.yaml": "network:\n  version: 2\n  ethernets:\n    eth0: {dhcp4: false, addresses: [10.0.0.4/24]}\n",
    "root/.aws/credentials": "[default]\naws_secret_access_key = {secret}\n",
    "var/lib/postgresql/.psql_history": "select 'secret {secret}';\n",
    "var/log/shop.log": "a customer bought {secret}\n",
    "opt/shop/shop.py": "print('the application')\n",
}


def furnish(folder: Path, root: Path, run: Callable[..., str]) -> None:
    """Turn the guest in FOLDER, whose file system is mounted at `root`, into a server that has lived."""
    secret = secrets.token_hex(16)
    (folder / "secret").write_text(f"{secret}\n")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{secret}", secret))
    (root / "etc/sudoers.d/operators").chmod(0o440)
    (root / "etc/netplan/01-static.yaml").chmod(0o600)
    inside = ("chroot", str(root))
    run(*inside, "groupadd", "sftponly")
    for user in ("sftp1", "sftp2"):
        run(*inside, "useradd", "--no-create-home", "--home-dir", "/srv/sftp", "--groups", "sftponly", "--shell", "/usr/sbin/nologin", user)
    run(*inside, "useradd", "--uid", "1500", "--no-create-home", "--home-dir", "/opt/shop", "shop")
    (root / "srv/sftp/upload").mkdir(parents=True)
    (root / "home" / USER / "share").mkdir()
    run(*inside, "chown", "-R", "shop:shop", "/opt/shop", "/var/log/shop.log")
    run(*inside, "chown", "postgres:postgres", "/var/lib/postgresql/.psql_history")
    run(*inside, "chown", f"{USER}:{USER}", f"/home/{USER}/share")
    start_at_boot(root, run, "upload", "Bind the folder of the data disk", "mount --bind /data/upload /srv/sftp/upload")
    start_at_boot(root, run, "share", "Mount a share below a home", f"bindfs /data/share /home/{USER}/share")
    add_disks(folder, root, run)
    run("chattr", "+a", str(root / "var/log/shop.log"))


def start_at_boot(root: Path, run: Callable[..., str], name: str, description: str, command: str) -> None:
    """Add a unit that runs one command at each start."""
    path = root / f"etc/systemd/system/{name}.service"
    path.write_text(UNIT.format(description=description, command=f"/usr/bin/{command}"))
    run("chroot", str(root), "systemctl", "enable", f"{name}.service")


def add_disks(folder: Path, root: Path, run: Callable[..., str]) -> None:
    """Add a data disk at /data, which fstab names without nofail, and a disk that is mounted read-only at /srv/archive."""
    for name, place, options in (("data", "data", "loop"), ("archive", "srv/archive", "loop,ro")):
        content, image = folder / f"{name}.d", folder / f"{name}.ext4"
        for below in ("upload", "share", "db"):
            (content / below).mkdir(parents=True)
            (content / below / "file").write_text(f"{name} {below} {secrets.token_hex(8)}\n")
        run("mke2fs", "-q", "-t", "ext4", "-d", str(content), str(image), f"{DATA_MIB}M")
        shutil.rmtree(content)
        (root / place).mkdir(parents=True)
        run("mount", "-o", options, str(image), str(root / place))
    with (root / "etc/fstab").open("a") as fstab:
        fstab.write("UUID=11111111-2222-3333-4444-555555555555 /data ext4 defaults 0 2\n")


def unmount(root: Path, run: Callable[..., str]) -> None:
    """Unmount the other disks, which are mounted below the root."""
    for place in ("data", "srv/archive"):
        if (root / place).is_dir() and subprocess.run(["mountpoint", "-q", str(root / place)], check=False).returncode == 0:
            run("umount", str(root / place))
