"""The six acts of the demo. Each acts on the environment, and adds its facts and checks to the report."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import guest_scripts, kinds, offline_search
from .ansible import Run
from .environment import Environment
from .report import Act
from .tamper import Tampering
from .traffic import Traffic

CAPTURE = "goldenimage.azure.capture_linux"
LIST = "goldenimage.azure.list_images"
CONTROLLER_ONLY = {"assert", "image_capture"}
"""The modules that capture_linux runs if the image exists: none of them runs on the guest."""
UNTRACED = "not found in the backup either, so its absence from the image proves nothing"


def build(env: Environment) -> None:
    """Act 1: a bootable Debian 12 disk."""
    with env.report.act(
        "build", "Build a bootable Debian 12 disk for VMs of both generations, with cloud-init and the Azure Linux agent"
    ) as act:
        env.disk = env.scenario.work / "debian-12.raw"
        env.azlab("disk", "build", "--out", str(env.disk))
        size = env.disk.stat()
        act.facts.update(path=str(env.disk), bytes=size.st_size, bytes_on_disk=size.st_blocks * 512)


def upload(env: Environment) -> None:
    """Act 2: the disk becomes a managed image."""
    scenario = env.scenario
    with env.report.act("upload", "image_upload: upload the disk into a managed disk, and create a managed image from it") as act:
        run = env.play("upload", path=str(env.disk), image_name=scenario.base_image, image_tags={"made_by": "demo"})
        done = run.result("image_upload")
        act.facts.update({key: done[key] for key in ("bytes_sent", "bytes_skipped", "digest", "steps")})
        act.check("changed", done["changed"])


def use(env: Environment) -> None:
    """Act 3: a VM is booted from the image, and its user leaves traces."""
    scenario = env.scenario
    with env.report.act(
        "use", "image_boot: boot VM 1, a real guest, from that image; its user leaves files, and writes and deletes a private key"
    ) as act:
        new_disks = [{"lun": lun, "size_gib": 1} for lun in scenario.disk_markers]
        user, image = scenario.first_user, scenario.base_image
        env.vm = env.boot(scenario.vm, scenario.host_name, user, image=image, data_disks=new_disks)
        env.guest.wait()
        env.guest.run(guest_scripts.leave_markers(scenario))
        keys = {
            "private key": env.guest.run(guest_scripts.keep_a_key(), root=False),
            guest_scripts.DELETED_KEY: env.guest.run(guest_scripts.delete_a_key(), root=False),
        }
        env.secrets = {**guest_scripts.facts_of(env.guest), **keys}
        env.needles = guest_scripts.needles_of(scenario, env.vm["vm_id"], env.secrets)
        act.facts.update(vm_id=env.vm["vm_id"], copies_of_the_deleted_key=guest_scripts.COPIES)
        act.check("provisioned", guest_scripts.provisioned(env.secrets, scenario.host_name), **_cloud_init(env.secrets))
        act.check("password", env.guest.password_login())


def _cloud_init(known: dict[str, Any]) -> dict[str, Any]:
    return {key: known[key] for key in ("cloud_init", "cloud_id")}


def capture(env: Environment) -> None:
    """Act 4: a run in check mode, the real run, and a repeated run that must change nothing."""
    with env.report.act(
        "capture",
        "capture_linux: a run in check mode; then prepare, back up, generalize and capture; then a repeated run that changes nothing",
    ) as act:
        traffic = Traffic(env.state)
        predicted = _capture(env, "--check", "--diff").require()
        written = traffic.writes()
        act.check("check_run_writes_nothing", not written, writes=written)
        real = _capture_for_real(env).require()
        announced, done = _cloud_steps(predicted), _cloud_steps(real)
        act.check("steps_as_announced", bool(done) and announced == done, announced=announced, done=done)
        env.backup, env.image = real.result("vm_backup")["backup"], real.result("image_capture")["image"]
        again = _capture(env).require()
        act.check("second_run_changes_nothing", again.changed == 0, changed=again.changed)
        act.check("second_run_leaves_the_guest_alone", again.actions == CONTROLLER_ONLY, ran=sorted(again.actions))
        act.facts.update(image=env.image["id"], backup=env.backup["id"])


def _capture(env: Environment, *flags: str) -> Run:
    return env.ansible.play(CAPTURE, env.inventory, *flags, target=env.scenario.vm)


def _capture_for_real(env: Environment) -> Run:
    """Run capture_linux; if the demo was asked to tamper with the sealed disk, do so meanwhile."""
    scenario = env.scenario
    if not scenario.tamper:
        return _capture(env)
    secrets = {
        "machine_id": env.secrets["machine_id"],
        "user": scenario.first_user.user,
        "host_key": env.secrets["host_keys"]["ssh_host_ed25519_key"],
    }
    with Tampering(scenario.tamper, env.state, scenario.vm, list(env.disks_of(scenario.vm).values()), scenario.work, secrets):
        return _capture(env)


def _cloud_steps(run: Run) -> list[str]:
    return [*run.result("vm_backup")["steps"], *run.result("image_capture")["steps"]]


def prove(env: Environment) -> None:
    """Act 5: verify the image, on a running clone and offline in the bytes of the image."""
    scenario = env.scenario
    with env.report.act(
        "prove", "Verify the image: boot a clone with another user and host name, and search every byte of the image for traces of VM 1"
    ) as act:
        pool = ThreadPoolExecutor(2)  # both guests boot while the disks are searched: an emulated guest takes minutes
        booting = pool.submit(env.boot, scenario.clone, scenario.clone_host_name, scenario.second_user, image=scenario.golden_image)
        env.restoring = pool.submit(_restore_vm_1, env)
        pool.shutdown(wait=False)
        _search_image(env, act)
        _check_clone(env, act, booting)


def _search_image(env: Environment, act: Act) -> None:
    luns = ["os", *(str(lun) for lun in env.scenario.disk_markers)]
    snapshots = {str("os" if each["lun"] is None else each["lun"]): each["id"] for each in env.backup["snapshots"]}
    needles = list(env.needles)
    before: dict[str, offline_search.Findings] = {}
    after: dict[str, offline_search.Findings] = {}
    packaged: set[bytes] = set()
    with act.checking("readable"):
        for lun in luns:
            with _disk(env, snapshots[lun]) as raw:
                needles += offline_search.agent_keys(raw) if lun == "os" else []
                before[f"backup {lun}"] = offline_search.search(raw, needles, system=lun == "os")
        for lun in luns:
            with _disk(env, env.image["id"], lun) as raw:
                found = after[f"image {lun}"] = offline_search.search(raw, needles, system=lun == "os", packaged=packaged)
                packaged |= found.packaged  # the OS disk, which has the packages, comes first
    for name, found in (*before.items(), *after.items()):
        act.facts.setdefault("disks", {})[name] = found.facts()
        act.check("readable", not found.unread, **({name: found.unread} if found.unread else {}))
    act.facts["copies_of_the_deleted_key_in_the_backup"] = _copies(before, needles)
    _compare(act, needles, before, after)


def _copies(before: dict[str, offline_search.Findings], needles: list[offline_search.Needle]) -> int:
    """The number of copies of the deleted key in the backup; each copy has all lines of the key."""
    deleted = next(needle for needle in needles if needle.name == guest_scripts.DELETED_KEY)
    return sum(len(found.hits.get(deleted.name, [])) for found in before.values()) // len(deleted.spellings)


def _compare(
    act: Act, needles: list[offline_search.Needle], before: dict[str, offline_search.Findings], after: dict[str, offline_search.Findings]
) -> None:
    """Check that every needle and every kind of secret was found in the backup and is not found in the image."""
    for check, wanted in [*((needle.check, needle.name) for needle in needles), *((check, kind) for kind, check in kinds.CHECKS.items())]:
        before_capture = [place for found in before.values() for place in found.hits.get(wanted, [])]
        remaining = [f"{name}: {place}" for name, found in after.items() for place in found.hits.get(wanted, [])]
        if not before_capture:
            act.unproven(check, UNTRACED, **{f"not found in the backup: {wanted}": True})
        act.check(check, not remaining, **({f"found in the image: {wanted}": remaining[:5]} if remaining else {}))


@contextmanager
def _disk(env: Environment, resource: str, lun: str = "") -> Iterator[Path]:
    raw = env.read_disk(resource, env.scenario.work / "searched.raw", lun)
    try:
        yield raw
    finally:
        raw.unlink()


def _check_clone(env: Environment, act: Act, booting: Future[dict[str, Any]]) -> None:
    scenario = env.scenario
    guest = env.guest_of(scenario.clone, scenario.second_user)
    with act.checking("ready"):
        booting.result()
        guest.wait()
        known, vm_1 = guest_scripts.facts_of(guest), env.secrets
        agent = env.agent_of(scenario.clone)
        act.check("ready", agent == "Ready", agent=agent)
    act.check("provisioned", guest_scripts.provisioned(known, scenario.clone_host_name), **_cloud_init(known))
    act.check("host_name", known["host_name"] == scenario.clone_host_name)
    act.check("machine_id", len(known["machine_id"]) == 32 and known["machine_id"] != vm_1["machine_id"])
    own = set(known["host_keys"].values())
    act.check("host_key", bool(own) and not own & set(vm_1["host_keys"].values()))
    act.check("user", scenario.first_user.user not in known["users"] and scenario.second_user.user in known["users"])
    act.check("marker", known["marker"] == scenario.marker)
    markers = guest.run(guest_scripts.read_markers(scenario)).splitlines()
    act.check("data_disks", markers == list(scenario.disk_markers.values()), markers=markers)
    env.play("remove", vm_name=scenario.clone)


def _restore_vm_1(env: Environment) -> list[str]:
    """Boot a VM from the restored disks of VM 1, and return what its first user sees there: user name and marker.

    VM 1 itself is generalized and cannot start again. The new VM is removed at once, because the clone needs the processors.
    """
    scenario = env.scenario
    disks = env.play("restore", vm_name=scenario.vm).result("vm_backup")
    env.play("boot", vm_name=scenario.restored, os_disk=disks["os_disk"], data_disks=disks["data_disks"])
    seen = env.guest_of(scenario.restored, scenario.first_user).first_login("id -un; cat /opt/golden-marker || true").splitlines()
    env.play("remove", vm_name=scenario.restored)
    return seen


def restore(env: Environment) -> None:
    """Act 6: list both images, and check the VM that was restored from the backup of VM 1 during act 5."""
    scenario = env.scenario
    with env.report.act(
        "restore", "image_info: list both images; vm_backup: restore the disks of VM 1, boot them, and log in as its first user"
    ) as act:
        listed = env.ansible.play(LIST, None, target="localhost", azure_resource_group=scenario.group).require()
        print("\n".join(f"   {row}" for row in table(listed)), flush=True)
        images = {image["name"] for image in listed.result("image_info")["images"]}
        act.check("both_images", images == {scenario.base_image, scenario.golden_image}, images=sorted(images))
        with act.checking("first_user_logs_in"):
            user, *marker = env.restoring.result()
            act.check("first_user_logs_in", user == scenario.first_user.user)
            act.check("marker", marker == [scenario.marker])


def table(run: Run) -> list[str]:
    """The rows that the playbook list_images has printed."""
    messages = [task["result"].get("msg", "") for task in run.tasks if task["action"].endswith("debug")]
    return [str(row) for message in messages for row in (message if isinstance(message, list) else str(message).splitlines())]


ACTS = (build, upload, use, capture, prove, restore)
