# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest in a container: a complete Debian with systemd on its own disk image, reached over SSH.

    guest.py up FOLDER      create and boot the guest whose files are in FOLDER; one called lived_in becomes a server that was in use
    guest.py start FOLDER   boot the stopped guest again, as a clone of its disk
    guest.py run FOLDER COMMAND...   run a command in the guest, without a login
    guest.py look FOLDER    mount the disk of the stopped guest read-only at FOLDER/root
    guest.py down FOLDER    end the guest and delete FOLDER

The guest needs its own disk image, because roles trim, fill and remount the root file system. It shares the network of the host without
the right to change it. Its serial console is a file.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import lived_in
from azlab.guests.build.rootfs import locked, rootfs_tar

SIZE_MIB = 1400
HOST_NAME_LENGTH = 5
SWAP_UUID = "6f1f1b9e-32c1-4a52-8d6a-0d9a6b3f1c11"


def up(folder: Path) -> None:
    """Create the disk of the guest and a user who has left traces, and boot."""
    down(folder)
    folder.mkdir(parents=True)
    disk, root = folder / "disk.ext4", folder / "root"
    used = folder.name == "lived_in"
    run("cp", "--sparse=always", str(base(folder.parent, lived_in.PACKAGES if used else ())), str(disk))
    mount(disk, root, "loop")  # without discard: deleted files stay on the disk until they are overwritten
    port = free_port()
    leave_traces(folder, root, port, *((lived_in.USER, lived_in.HOST) if used else random_names()))
    if used:
        lived_in.furnish(folder, root, run)
    (folder / "port").write_text(f"{port}\n")
    (folder / "serial").touch()
    start(folder, root)
    wait_for_ssh(port, folder)
    show_kernel_arguments(folder)


def random_names() -> tuple[str, str]:
    """The name of a user and of a host that no file of a system contains."""
    return f"u{secrets.token_hex(4)}", f"h{secrets.token_hex(HOST_NAME_LENGTH)}"


def base(state: Path, packages: tuple[str, ...]) -> Path:
    """The root file system with these further packages as an ext4 image, created once."""
    tar = rootfs_tar(more=packages)
    image = state / f"{tar.name.split('.')[0]}.ext4"
    with locked(image):
        if not image.exists():
            unpacked, fresh = state / "unpacked", image.with_suffix(".new")
            unpacked.mkdir(parents=True, exist_ok=True)
            run("tar", "--extract", "--zstd", "--numeric-owner", "--xattrs", f"--file={tar}", f"--directory={unpacked}")
            with fresh.open("wb") as file:
                file.truncate(SIZE_MIB << 20)
            run("mke2fs", "-q", "-t", "ext4", "-E", "lazy_itable_init=0,lazy_journal_init=0", "-d", str(unpacked), str(fresh))
            shutil.rmtree(unpacked)
            fresh.rename(image)
    return image


def leave_traces(folder: Path, root: Path, port: int, user: str, host: str) -> None:
    """Leave the traces of provisioning and use: a user with key, password and sudo, and files with the host name."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", user, "-f", str(folder / "key"))
    public = (folder / "key.pub").read_text()
    password = run("openssl", "passwd", "-6", secrets.token_hex(8)).strip()
    run("chroot", str(root), "useradd", "--create-home", "--shell", "/bin/bash", "--password", password, user)
    run("chroot", str(root), "ssh-keygen", "-A")
    home = root / "home" / user
    for path in (home / ".ssh", root / "root/.ssh"):
        path.mkdir(mode=0o700, exist_ok=True)
        (path / "authorized_keys").write_text(public)
    run("chroot", str(root), "chown", "-R", f"{user}:{user}", f"/home/{user}/.ssh")
    (root / "etc/sudoers.d/90-cloud-init-users").write_text(f"{user} ALL=(ALL) NOPASSWD:ALL\n")
    (root / "etc/hostname").write_text(f"{host}\n")
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {host}.internal {host}\n")
    (root / "etc/ssh/sshd_config.d/00-lab.conf").write_text(f"Port {port}\nListenAddress 127.0.0.1\nUsePAM yes\n")
    (root / "etc/machine-id").write_text(f"{secrets.token_hex(16)}\n")
    (root / "etc/fstab").write_text("# the host mounts the root\n/swapfile none swap sw,noauto 0 0\n")
    update_grub = root / "usr/local/sbin/update-grub"  # a stub: GRUB finds no disk in a container
    update_grub.write_text("#!/bin/sh\necho called >>/run/update-grub\n")
    update_grub.chmod(0o755)
    (root / "var/log/journal").mkdir(exist_ok=True)
    add_keeper(folder, root)
    swap_out(folder, root)
    delete_a_key(folder, root)
    (folder / "key.body").write_text(f"{public.split()[1]}\n")
    for name, value in {"user": user, "host": host, "password": password, "machine-id": (root / "etc/machine-id").read_text()}.items():
        (folder / name).write_text(f"{value.strip()}\n")


def add_keeper(folder: Path, root: Path) -> None:
    """Create an account to keep and a file to remove, which a role is given as options; remove packages of the guest `linux_fresh`."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "keeper", "-f", str(folder / "keeper"))
    run("chroot", str(root), "useradd", "--create-home", "keeper")
    keys = root / "home/keeper/.ssh/authorized_keys"
    keys.parent.mkdir(mode=0o700)
    shutil.copy(folder / "keeper.pub", keys)
    (root / "opt/builder").mkdir()
    (root / "opt/builder/token").write_text("secret\n")
    if folder.name == "linux_fresh":
        inside = ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--directory={root}", "--pipe")
        run(*inside, "dpkg", "--purge", "--force-depends", "chrony", "waagent")


def swap_out(folder: Path, root: Path) -> None:
    """Create a swap file with remains of memory."""
    area = root / "swapfile"
    area.write_bytes(bytes(1 << 20))
    area.chmod(0o600)
    run("mkswap", "--uuid", SWAP_UUID, str(area))
    swapped = secrets.token_hex(32)
    with area.open("r+b") as file:
        file.seek(1 << 16)
        file.write(swapped.encode())
    (folder / "swapped").write_text(f"{swapped}\n")


def delete_a_key(folder: Path, root: Path) -> None:
    """Write a private key to the disk and delete it; files before and after it keep its block from being reused at once."""
    work = root / "var/tmp"
    (work / "before").write_bytes(os.urandom(8 << 20))
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(work / "deleted"))
    (work / "after").write_bytes(os.urandom(8 << 20))
    os.sync()
    (folder / "deleted.body").write_text((work / "deleted").read_text().splitlines()[3] + "\n")
    for name in ("before", "deleted", "deleted.pub", "after"):
        (work / name).unlink()
    os.sync()
    if subprocess.run(["grep", "-qaF", "-f", str(folder / "deleted.body"), str(folder / "disk.ext4")], check=False).returncode:
        sys.exit("the deleted key is not on the disk any more, so a search for it would prove nothing: run this again")


def start(folder: Path, root: Path) -> None:
    """Boot the guest in a container."""
    options = ["--register=no", "--keep-unit", "--boot", "--console=read-only", "--resolv-conf=off", "--timezone=off", "--link-journal=no"]
    (folder / "cmdline").write_text("root=PARTUUID=0 ro console=tty0 console=ttyS0,115200n8\n")
    binds = [f"--bind={folder / 'serial'}:/dev/ttyS0", f"--bind-ro={folder / 'cmdline'}:/dev/cmdline", "--bind=/dev/fuse"]
    with (folder / "boot.log").open("wb") as log:
        command = ["systemd-nspawn", "--quiet", f"--directory={root}", f"--machine={folder.name.replace('_', '-')}", *options, *binds]
        container = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    (folder / "pid").write_text(f"{container.pid}\n")


def show_kernel_arguments(folder: Path) -> None:
    """Give the guest the kernel command line of a VM on Azure: the kernel of a container is that of the host."""
    (init,) = children(alive(folder))
    run("nsenter", f"--target={init}", "--mount", "mount", "--bind", "/dev/cmdline", "/proc/cmdline")


def wait_for_ssh(port: int, folder: Path) -> None:
    """Wait until an SSH server answers; exit after 300 seconds."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(2)
            if probe.connect_ex(("127.0.0.1", port)) == 0 and probe.recv(3) == b"SSH":
                return
        time.sleep(0.3)
    sys.exit(f"{folder.name} did not answer on port {port} within 300 s: see {folder / 'boot.log'}")


def alive(folder: Path) -> int:
    """The process id of the container, or 0 if it has ended."""
    file = folder / "pid"
    pid = int(file.read_text()) if file.exists() else 0
    command = Path(f"/proc/{pid}/cmdline")
    return pid if pid and command.exists() and str(folder).encode() in command.read_bytes() else 0


def children(pid: int) -> list[int]:
    """The child processes of `pid`; the child of systemd-nspawn is the first process of the container."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # ended meanwhile
            if pid and int(path.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(path.parent.name))
    return found


def down(folder: Path) -> None:
    """End the container and delete its files."""
    for init in children(alive(folder)):
        os.kill(init, signal.SIGKILL)  # ends all processes of the container; systemd-nspawn cleans up
    deadline = time.monotonic() + 30
    while alive(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    unmount(folder / "root")
    if folder.exists():
        shutil.rmtree(folder)


def look(folder: Path) -> None:
    """Mount the disk of the stopped guest again, read-only and without its journal, as a capture would read it."""
    unmount(folder / "root")
    mount(folder / "disk.ext4", folder / "root", "loop,ro,noload")


def restart(folder: Path) -> None:
    """Boot the stopped guest again with its other disks, as a clone of its VM starts."""
    unmount(folder / "root")
    mount(folder / "disk.ext4", folder / "root", "loop")
    start(folder, folder / "root")


def run_inside(folder: Path, *command: str) -> None:
    """Run a command in the guest, and exit with its status."""
    (init,) = children(alive(folder))
    sys.exit(subprocess.run(["nsenter", f"--target={init}", "--mount", "--uts", "--ipc", "--pid", *command], check=False).returncode)


def unmount(root: Path) -> None:
    """Unmount the root, and first the other disks that are mounted below it."""
    lived_in.unmount(root, run)
    while os.path.ismount(root):
        run("umount", str(root))


def mount(disk: Path, root: Path, options: str) -> None:
    root.mkdir(exist_ok=True)
    run("mount", "-o", options, str(disk), str(root))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    verbs = {"up": up, "down": down, "look": look, "start": restart, "run": run_inside}
    verbs[sys.argv[1]](Path(sys.argv[2]).resolve(), *sys.argv[3:])
