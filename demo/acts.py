"""The six acts. Each takes the stage, and leaves its facts and checks in the report."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from . import guest_scripts, offline_search
from .ansible import Run
from .environment import Stage
from .report import Act
from .tamper import Spoiler
from .traffic import Traffic

CAPTURE = "goldenimage.azure.capture_linux"
WITHOUT_A_GUEST = {"assert", "image_capture"}
"""What a run of capture_linux comes to when the image is there: both tasks run on the controller."""
UNTRACED = "its trace was not in the backup, so its absence from the image shows nothing"


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
        stage.vm = stage.boot(story.vm, story.host_name, story.first, image=story.base_image, data_disks=new_disks)
        stage.guest.wait()
        stage.guest.run(guest_scripts.live_in(story))
        keys = {
            "private key": stage.guest.run(guest_scripts.keep_a_key(), root=False),
            guest_scripts.LOST_KEY: stage.guest.run(guest_scripts.lose_a_key(), root=False),
        }
        stage.secrets = {**guest_scripts.facts_of(stage.guest), **keys}
        stage.needles = guest_scripts.needles_of(story, stage.vm["vm_id"], stage.secrets)
        act.facts.update(vm_id=stage.vm["vm_id"], copies_of_the_deleted_key=guest_scripts.COPIES)
        act.check("provisioned", guest_scripts.provisioned(stage.secrets, story.host_name), **_cloud_init(stage.secrets))
        act.check("password", stage.guest.password_login())


def _cloud_init(known: dict[str, Any]) -> dict[str, Any]:
    return {key: known[key] for key in ("cloud_init", "cloud_id")}


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
        act.check("steps_as_announced", bool(done) and announced == done, announced=announced, done=done)
        stage.backup, stage.image = real.result("vm_backup")["backup"], real.result("image_capture")["image"]
        again = _capture(stage).require()
        act.check("second_run_changes_nothing", again.changed == 0, changed=again.changed)
        act.check("second_run_leaves_the_guest_alone", again.actions == WITHOUT_A_GUEST, ran=sorted(again.actions))
        act.facts.update(image=stage.image["id"], backup=stage.backup["id"])


def _capture(stage: Stage, *flags: str) -> Run:
    return stage.ansible.play(CAPTURE, stage.inventory, *flags, target=stage.story.vm)


def _capture_for_real(stage: Stage) -> Run:
    with ExitStack() as undo:
        if stage.story.spoil:
            known = {
                "machine_id": stage.secrets["machine_id"],
                "user": stage.story.first.user,
                "host_key": stage.secrets["host_keys"]["ssh_host_ed25519_key"],
            }
            undo.enter_context(
                Spoiler(stage.story.spoil, stage.state, stage.story.vm, stage.disks_of(stage.story.vm)["os"], stage.story.work, known)
            )
        return _capture(stage)


def _cloud_steps(run: Run) -> list[str]:
    return [*run.result("vm_backup")["steps"], *run.result("image_capture")["steps"]]


def prove(stage: Stage) -> None:
    """Act 5: the promise, live on a clone and offline on the image's own bytes."""
    story = stage.story
    with story.act("prove", "The proof: a clone with another user and host name, and a search through every byte of the image") as act:
        helpers = ThreadPoolExecutor(2)  # both guests boot while the disks are searched: emulated ones take minutes
        booting = helpers.submit(stage.boot, story.clone, story.clone_host_name, story.second, image=story.golden_image)
        stage.restoring = helpers.submit(_bring_back, stage)
        helpers.shutdown(wait=False)
        _prove_offline(stage, act)
        _prove_live(stage, act, booting)


def _prove_offline(stage: Stage, act: Act) -> None:
    luns = ["os", *(str(lun) for lun in stage.story.disk_markers)]
    snapshots = {str("os" if each["lun"] is None else each["lun"]): each["id"] for each in stage.backup["snapshots"]}
    needles = list(stage.needles)
    before, after = {}, {}
    with act.checking("readable"):
        for lun in luns:
            with _disk(stage, snapshots[lun]) as raw:
                needles += offline_search.agent_keys(raw) if lun == "os" else []
                before[f"backup {lun}"] = offline_search.search(raw, needles, system=lun == "os")
        for lun in luns:
            with _disk(stage, stage.image["id"], lun) as raw:
                after[f"image {lun}"] = offline_search.search(raw, needles, system=lun == "os")
    for name, found in (*before.items(), *after.items()):
        act.facts.setdefault("disks", {})[name] = found.facts()
        act.check("readable", not found.unread, **({name: found.unread} if found.unread else {}))
    act.facts["copies_of_the_deleted_key_in_the_backup"] = _copies(before, needles)
    _compare(act, needles, before, after)


def _copies(before: dict[str, offline_search.Findings], needles: list[offline_search.Needle]) -> int:
    """How many copies of the deleted key the backup holds; each copy has all of its lines."""
    lost = next(needle for needle in needles if needle.name == guest_scripts.LOST_KEY)
    return sum(len(found.hits.get(lost.name, [])) for found in before.values()) // len(lost.spellings)


def _compare(
    act: Act, needles: list[offline_search.Needle], before: dict[str, offline_search.Findings], after: dict[str, offline_search.Findings]
) -> None:
    """Every needle must have been in the backup, and must be gone from the image."""
    for needle in needles:
        was = [place for found in before.values() for place in found.hits.get(needle.name, [])]
        still = [f"{name}: {place}" for name, found in after.items() for place in found.hits.get(needle.name, [])]
        if not was:
            act.unproven(needle.check, UNTRACED, **{f"not found in the backup: {needle.name}": True})
        act.check(needle.check, not still, **({f"still there: {needle.name}": still[:5]} if still else {}))


@contextmanager
def _disk(stage: Stage, resource: str, lun: str = "") -> Iterator[Path]:
    raw = stage.read_disk(resource, stage.story.work / "searched.raw", lun)
    try:
        yield raw
    finally:
        raw.unlink()


def _prove_live(stage: Stage, act: Act, booting: Future[dict[str, Any]]) -> None:
    story = stage.story
    guest = stage.guest_of(story.clone, story.second)
    with act.checking("ready"):
        booting.result()
        guest.wait()
        known, first = guest_scripts.facts_of(guest), stage.secrets
        agent = stage.agent_of(story.clone)
        act.check("ready", agent == "Ready", agent=agent)
    act.check("provisioned", guest_scripts.provisioned(known, story.clone_host_name), **_cloud_init(known))
    act.check("host_name", known["host_name"] == story.clone_host_name)
    act.check("machine_id", len(known["machine_id"]) == 32 and known["machine_id"] != first["machine_id"])
    own = set(known["host_keys"].values())
    act.check("host_key", bool(own) and not own & set(first["host_keys"].values()))
    act.check("user", story.first.user not in known["users"] and story.second.user in known["users"])
    act.check("marker", known["marker"] == story.marker)
    markers = guest.run(guest_scripts.read_markers(story)).splitlines()
    act.check("data_disks", markers == list(story.disk_markers.values()), markers=markers)
    stage.play("remove", vm_name=story.clone)


def _bring_back(stage: Stage) -> list[str]:
    """What VM 1's first user sees in a VM made of the disks of its backup: the old VM was generalized and never starts again.

    The VM goes as soon as that is known: the clone needs the processors.
    """
    story = stage.story
    disks = stage.play("restore", vm_name=story.vm).result("vm_backup")
    stage.play("boot", vm_name=story.restored, os_disk=disks["os_disk"], data_disks=disks["data_disks"])
    seen = stage.guest_of(story.restored, story.first).first_login("id -un; cat /opt/golden-marker || true").splitlines()
    stage.play("remove", vm_name=story.restored)
    return seen


def restore(stage: Stage) -> None:
    """Act 6: both images in one table; VM 1 has come back from its backup while the proof was going on."""
    story = stage.story
    with story.act("restore", "image_info lists both images; VM 1 comes back from its backup, and its first user logs in") as act:
        listed = stage.ansible.play("goldenimage.azure.list_images", None, target="localhost", azure_resource_group=story.group).require()
        print("\n".join(f"   {row}" for row in table(listed)), flush=True)
        images = {image["name"] for image in listed.result("image_info")["images"]}
        act.check("both_images", images == {story.base_image, story.golden_image}, images=sorted(images))
        with act.checking("first_user_logs_in"):
            user, *marker = stage.restoring.result()
            act.check("first_user_logs_in", user == story.first.user)
            act.check("marker", marker == [story.marker])


def table(run: Run) -> list[str]:
    """The rows that the list playbook printed."""
    return [
        row for task in run.tasks if task["action"].endswith("debug") and "msg" in task["result"] for row in _rows(task["result"]["msg"])
    ]


def _rows(message: Any) -> list[str]:
    return [str(row) for row in message] if isinstance(message, list) else str(message).splitlines()


ACTS = (build, upload, use, capture, prove, restore)
