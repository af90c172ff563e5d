"""The six acts. Each takes the stage and the story, and leaves its facts and checks in the report."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import proof
from .ansible import Ansible, Run
from .cloud import Cloud, Traffic
from .guest import AZLAB, Guest, environment_of, key_body
from .proof import Findings, Needle
from .spoil import Spoiler
from .story import Story

PLAYS = Path(__file__).parent / "plays"
CAPTURE = "goldenimage.azure.capture_linux"
FILLER_MIB = 64


@dataclass
class Stage:
    """What the acts hand on: the lab, its tools, and what is known of VM 1."""

    story: Story
    state: Path
    environment: dict[str, str] = field(init=False)
    ansible: Ansible = field(init=False)
    cloud: Cloud = field(init=False)
    subnet: str = field(init=False)
    disk: Path = field(init=False)
    vm: dict[str, Any] = field(init=False)
    secrets: dict[str, Any] = field(init=False)
    needles: tuple[Needle, ...] = field(init=False)
    backup: dict[str, Any] = field(init=False)
    image: dict[str, Any] = field(init=False)

    def azlab(self, *arguments: str) -> str:
        done = subprocess.run([str(AZLAB), "--state", str(self.state), *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"azlab {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    @property
    def guest(self) -> Guest:
        return Guest(self.story.vm, self.story.first, self.environment)

    def play(self, name: str, **variables: Any) -> Run:
        common = {"resource_group": self.story.group, "location": self.story.location, "subnet": getattr(self, "subnet", "")}
        return self.ansible.play(str(PLAYS / f"{name}.yml"), None, **common, **variables).require()


def prologue(stage: Stage) -> None:
    """An empty local Azure with a resource group and a subnet."""
    stage.azlab("up")
    stage.environment = environment_of(stage.state)
    stage.ansible = Ansible(stage.environment, stage.story.work / "ansible")
    stage.cloud = Cloud(stage.environment)
    stage.subnet = stage.cloud.prepare(stage.story.group, stage.story.location)


def build(stage: Stage) -> None:
    """Act 1: a bootable Debian 12 disk."""
    with stage.story.act(
        "build", "A bootable Debian 12 disk, for both generations of VMs, with cloud-init and the Azure Linux agent"
    ) as act:
        stage.disk = stage.story.work / "debian-12.raw"
        stage.azlab("disk", "build", "--out", str(stage.disk))
        size = stage.disk.stat()
        act.facts.update(path=str(stage.disk), bytes=size.st_size, bytes_on_disk=size.st_blocks * 512)


def upload(stage: Stage) -> None:
    """Act 2: the disk becomes a managed image."""
    story = stage.story
    with story.act("upload", "image_upload: the disk goes straight into a managed disk and becomes a managed image") as act:
        done = stage.play("upload", path=str(stage.disk), image_name=story.base_image, image_tags={"made_by": "demo"}).result(
            "image_upload"
        )
        act.facts.update({key: done[key] for key in ("bytes_sent", "bytes_skipped", "digest", "steps")})
        act.check("changed", done["changed"])


def use(stage: Stage) -> None:
    """Act 3: a guest lives on the image and leaves its traces."""
    story = stage.story
    with story.act(
        "use", "image_boot: VM 1, a real guest booted from those bytes; its user leaves marks, and writes and deletes a private key"
    ) as act:
        new_disks = [{"lun": lun, "size_gib": 1} for lun in story.disk_markers]
        stage.vm = boot(stage, story.vm, story.host_name, story.first, image=story.base_image, data_disks=new_disks)
        stage.guest.wait()
        stage.guest.run(_live_in(story))
        deleted = stage.guest.run(_lose_a_key(), root=False)
        stage.secrets = {**facts_of(stage.guest), "user": story.first.user, "deleted_key": deleted}
        stage.needles = _needles(stage)
        act.facts.update(vm_id=stage.vm["vm_id"], cloud_init=stage.secrets["cloud_init"])
        act.check("provisioned", stage.secrets["host_name"] == story.host_name)
        act.check("password", stage.guest.password_login())


def boot(stage: Stage, name: str, host_name: str, person: Any, **what: Any) -> dict[str, Any]:
    """A VM of the lab for one person; the module's own description of it."""
    who = {
        "admin_username": person.user,
        "admin_password": person.password,
        "ssh_public_keys": [person.public_key],
        "computer_name": host_name,
    }
    return dict(stage.play("boot", vm_name=name, **who, **what).result("image_boot")["vm"])


DISK_AT = """
disk_at() {  # the data disk at a LUN: not the disk that holds the root file system
  root=$(lsblk -no PKNAME "$(findmnt -no SOURCE /)")
  lsblk -dno NAME,HCTL,TYPE | while read -r name hctl type; do
    if [ "$type" = disk ] && [ "$name" != "$root" ] && [ "${hctl##*:}" = "$1" ]; then echo "/dev/$name"; fi
  done
}
"""


def _live_in(story: Story) -> str:
    """A marker file, and a file system with a marker of its own on each data disk."""
    fill = 'disk=$(disk_at {}); mkfs.ext4 -q "$disk"; mount "$disk" /mnt; echo {} >/mnt/marker; umount /mnt'
    disks = "\n".join(fill.format(lun, marker) for lun, marker in story.disk_markers.items())
    return f"{DISK_AT}\necho {story.marker} >/opt/golden-marker\n{disks}\nsync\n"


def _lose_a_key() -> str:
    """Write a private key to the disk and delete it; the space around it is freed too, so that its block is not the next to be used."""
    return f"""
mkdir -p ~/work && cd ~/work
head -c {FILLER_MIB}M /dev/urandom >before && ssh-keygen -q -t ed25519 -N '' -f lost && head -c {FILLER_MIB}M /dev/urandom >after
sync && cat lost && rm -f before lost lost.pub after && sync
"""


def facts_of(guest: Guest) -> dict[str, Any]:
    """What identifies a guest, read inside it."""
    script = r"""
import glob, json, pathlib, subprocess
run = lambda *command: subprocess.run(command, capture_output=True, text=True).stdout.strip()
read = lambda path: pathlib.Path(path).read_text()
shadow = [line.split(":") for line in read("/etc/shadow").splitlines()]
print(json.dumps({
    "machine_id": read("/etc/machine-id").strip(),
    "host_name": run("hostname"),
    "host_keys": {path.rsplit("/", 1)[1]: read(path) for path in glob.glob("/etc/ssh/ssh_host_*_key")},
    "hashes": {line[0]: line[1] for line in shadow if line[1].startswith("$")},
    "users": [line.split(":")[0] for line in read("/etc/passwd").splitlines()],
    "mac": next(iter(pathlib.Path("/sys/class/net").glob("e*"))).joinpath("address").read_text().strip(),
    "cloud_init": run("cloud-init", "status").replace("status: ", ""),
    "marker": read("/opt/golden-marker").strip() if pathlib.Path("/opt/golden-marker").exists() else "",
}))
"""
    guest.run("cloud-init status --wait >/dev/null || true")
    return dict(json.loads(guest.run(f"python3 - <<'EOF'\n{script}\nEOF\n")))


def _needles(stage: Stage) -> tuple[Needle, ...]:
    """All that must be in VM 1's backup, and nowhere in the image."""
    story, known = stage.story, stage.secrets
    body = story.first.public_key.split()[1]
    keys = [("private_key", "deleted private key", known["deleted_key"])]
    keys += [("host_key", name, text) for name, text in known["host_keys"].items()]
    return (
        proof.text("user", "user name", story.first.user),
        proof.text("host_name", "host name", story.host_name),
        proof.text("key", "public key", body),
        proof.mac("mac", "MAC address", known["mac"]),
        proof.guid("vm_id", "VM id", stage.vm["vm_id"]),
        proof.text("machine_id", "machine-id", known["machine_id"]),
        *(Needle(check, name, tuple(key_body(text)), blocks=True) for check, name, text in keys),
        Needle("password_hash", "password hash", (known["hashes"][story.first.user].encode(),), blocks=True),
    )


def capture(stage: Stage) -> None:
    """Act 4: the check run, the real run, and a run that finds nothing to do."""
    story = stage.story
    with story.act(
        "capture", "capture_linux: a check run, then prepare, back up, generalize, capture; then a run that finds nothing to do"
    ) as act:
        traffic = Traffic(stage.state)
        foretold = _capture(stage, "--check", "--diff").require()
        written = traffic.writes()
        act.check("check_run_writes_nothing", not written, writes=written)
        real = _capture_for_real(stage).require()
        announced, done = _cloud_steps(foretold), _cloud_steps(real)
        act.check("steps_as_announced", announced == done and done, announced=announced, done=done)
        stage.backup, stage.image = real.result("vm_backup")["backup"], real.result("image_capture")["image"]
        again = _capture(stage).require()
        act.check("second_run_changes_nothing", again.changed == 0, changed=again.changed)
        act.check("second_run_leaves_the_guest_alone", not again.results("ping") and not again.results("setup"))
        act.facts.update(image=stage.image["id"], backup=stage.backup["id"])


def inventory_of(stage: Stage) -> dict[str, Any]:
    story = stage.story
    return stage.guest.inventory(
        azure_resource_group=story.group,
        azure_vm=story.vm,
        image_name=story.golden_image,
        image_tags={"made_by": "demo"},
        linux_generalize_confirm=story.vm,
    )


def _capture(stage: Stage, *flags: str) -> Run:
    return stage.ansible.play(CAPTURE, inventory_of(stage), *flags, target=stage.story.vm)


def _capture_for_real(stage: Stage) -> Run:
    with ExitStack() as undo:
        if stage.story.spoil:
            known = {
                "machine_id": stage.secrets["machine_id"],
                "user": stage.story.first.user,
                "host_key": stage.secrets["host_keys"]["ssh_host_ed25519_key"],
            }
            undo.enter_context(Spoiler(stage.story.spoil, stage.state, stage.story.vm, os_disk_of(stage), stage.story.work, known))
        return _capture(stage)


def os_disk_of(stage: Stage) -> str:
    vm = stage.cloud.get(
        f"{stage.cloud.group_id(stage.story.group)}/providers/Microsoft.Compute/virtualMachines/{stage.story.vm}", "2024-07-01"
    )
    return str(vm["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"])


def _cloud_steps(run: Run) -> list[str]:
    return [*run.result("vm_backup")["steps"], *run.result("image_capture")["steps"]]


def prove(stage: Stage) -> None:
    """Act 5: the promise, live on a clone and offline on the image's own bytes."""
    story = stage.story
    with story.act("prove", "The proof: a clone with another user and host name, and a search through every byte of the image") as act:
        _prove_offline(stage, act)
        _prove_live(stage, act)


def _prove_offline(stage: Stage, act: Any) -> None:
    before = {name: _search(stage, resource) for name, resource in _disks_of_backup(stage)}
    after = {name: _search(stage, resource, lun) for name, resource, lun in _disks_of_image(stage)}
    act.facts["disks"] = {name: found.facts() for name, found in (*before.items(), *after.items())}
    for needle in stage.needles:
        was = [place for found in before.values() for place in found.hits.get(needle.name, [])]
        still = [f"{name}: {place}" for name, found in after.items() for place in found.hits.get(needle.name, [])]
        act.check(needle.check, bool(was), **({} if was else {f"not found in the backup: {needle.name}": True}))
        act.check(needle.check, not still, **({f"still there: {needle.name}": still[:5]} if still else {}))


def _disks_of_backup(stage: Stage) -> Iterable[tuple[str, str]]:
    return ((f"backup {'os' if snapshot['lun'] is None else snapshot['lun']}", snapshot["id"]) for snapshot in stage.backup["snapshots"])


def _disks_of_image(stage: Stage) -> Iterable[tuple[str, str, str]]:
    luns = ["os", *(str(lun) for lun in stage.story.disk_markers)]
    return ((f"image {lun}", stage.image["id"], lun) for lun in luns)


def _search(stage: Stage, resource: str, lun: str = "") -> Findings:
    raw = stage.story.work / "searched.raw"
    raw.unlink(missing_ok=True)
    stage.azlab("disk", "get", resource, str(raw), *(["--lun", lun] if lun else []))
    try:
        return proof.search(raw, stage.needles)
    finally:
        os.unlink(raw)


def _prove_live(stage: Stage, act: Any) -> None:
    story = stage.story
    boot(stage, story.clone, story.clone_host_name, story.second, image=story.golden_image)
    guest = Guest(story.clone, story.second, stage.environment)
    guest.wait()
    known, first = facts_of(guest), stage.secrets
    agent = agent_of(stage, story.clone)
    act.check("ready", agent == "Ready", agent=agent)
    act.check("host_name", known["host_name"] == story.clone_host_name)
    act.check("machine_id", len(known["machine_id"]) == 32 and known["machine_id"] != first["machine_id"])
    own = set(known["host_keys"].values())
    act.check("host_key", bool(own) and not own & set(first["host_keys"].values()))
    act.check("user", story.first.user not in known["users"] and story.second.user in known["users"])
    act.check("marker", known["marker"] == story.marker)
    reads = "\n".join(f'mount -o ro "$(disk_at {lun})" /mnt; cat /mnt/marker; umount /mnt' for lun in story.disk_markers)
    act.check("data_disks", guest.run(f"{DISK_AT}\n{reads}\n").split() == list(story.disk_markers.values()))
    stage.play("remove", vm_name=story.clone)


def agent_of(stage: Stage, vm: str, seconds: float = 600) -> str:
    """What Azure shows of the guest's agent, which begins to report some time after the guest is up."""
    view = f"{stage.cloud.group_id(stage.story.group)}/providers/Microsoft.Compute/virtualMachines/{vm}/instanceView"
    end = time.monotonic() + seconds
    while True:
        statuses = stage.cloud.get(view, "2024-07-01").get("vmAgent", {}).get("statuses", [{}])
        status = str(statuses[0].get("displayStatus", "silent"))
        if status == "Ready" or time.monotonic() > end:
            return status
        time.sleep(2)


def restore(stage: Stage) -> None:
    """Act 6: both images in one table; VM 1 comes back from its backup."""
    story = stage.story
    with story.act("restore", "image_info lists both images; VM 1 comes back from its backup, and its first user logs in") as act:
        listed = stage.ansible.play("goldenimage.azure.list_images", None, target="localhost", azure_resource_group=story.group).require()
        print("\n".join(f"   {row}" for row in table(listed)), flush=True)
        images = {image["name"] for image in listed.result("image_info")["images"]}
        act.check("both_images", images == {story.base_image, story.golden_image}, images=sorted(images))
        disks = stage.play("restore", vm_name=story.vm).result("vm_backup")
        again = f"{story.vm}-again"
        stage.play("boot", vm_name=again, os_disk=disks["os_disk"], data_disks=disks["data_disks"])
        guest = Guest(again, story.first, stage.environment)
        guest.wait()
        act.check("first_user_logs_in", guest.run("id -un", root=False).strip() == story.first.user)
        act.check("marker", guest.run("cat /opt/golden-marker").strip() == story.marker)


def table(run: Run) -> list[str]:
    """The rows that the list playbook printed."""
    return [
        row for task in run.tasks if task["action"].endswith("debug") and "msg" in task["result"] for row in _rows(task["result"]["msg"])
    ]


def _rows(message: Any) -> list[str]:
    return [str(row) for row in message] if isinstance(message, list) else str(message).splitlines()


ACTS = (build, upload, use, capture, prove, restore)
