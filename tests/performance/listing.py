# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench-listing`: measures how fast image_info lists images, next to `az vm image list`, in a lab with a catalogue.

Each bound of `bounds.py` is measured in the same run. The results go into `docs/performance/listing.json`, and the page and the plot are
made from that file. The program ends with 1 if a bound is broken.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from azlab.arm.compute.marketplace.catalogue import generate
from azlab.arm.compute.marketplace.tables import Catalogue
from azlab.client import environment
from azlab.settings import Settings

from tests.clients import az
from tests.performance import bounds, page
from tests.performance.bounds import Pair, Row, Sample
from tests.performance.clients import Collection, Meter
from tests.support.catalogue import SEED
from tests.support.running_lab import LOCATION, RunningLab, azlab

FOLDER = page.DOCS.parent / "build" / "performance"
NAMES = {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer"}
WORDS = "sql server 2022"
CALL_SECONDS = 0.04
ALL = 1_000_000
"""A limit that no catalogue reaches."""
PACKAGES = ("ansible-core", "azure-core", "azure-identity", "requests", "urllib3")


def main(arguments: list[str]) -> int:
    """Measure, write the results, and make the page from them."""
    parser = argparse.ArgumentParser(prog="python -m tests.performance.listing", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often to measure each bound (default: 5)")
    parser.add_argument("--catalogue-seed", type=int, default=SEED, help=f"the seed of the catalogue (default: {SEED})")
    parser.add_argument("--results", type=Path, help="write the results to this file and leave docs/ as it is")
    options = parser.parse_args(arguments)
    shutil.rmtree(FOLDER, ignore_errors=True)
    with running_lab(options.catalogue_seed) as lab:
        results = described(options.runs, options.catalogue_seed) | {"rows": [row.as_stored() for row in measured(lab, options.runs)]}
    text = json.dumps(results, indent=2, ensure_ascii=False) + "\n"
    if options.results:
        options.results.write_text(text, encoding="utf-8")
    else:
        page.RESULTS.write_text(text, encoding="utf-8")
        page.PLOT.write_text(page.plot(results), encoding="utf-8")
        page.PAGE.write_text(page.page_with(page.PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    print(page.table(results))
    return 0 if all(row.holds for row in page.rows_of(results)) else 1


@contextmanager
def running_lab(seed: int) -> Iterator[RunningLab]:
    """A lab with the catalogue of a seed that lets clients wait as Azure does."""
    state = FOLDER / "azlab"
    azlab("--state", state, "up", "--no-guests", "--catalogue-seed", str(seed))
    try:
        yield RunningLab(Settings.load(state))
    finally:
        azlab("--state", state, "down")


def measured(lab: RunningLab, runs: int) -> list[Row]:
    """All rows. Runs that are compared take turns, so that both see the same load of the machine."""
    ours = Collection(lab, FOLDER)
    ours.list()  # compiles what the following runs import
    starts = [shown("start", ours.pair()) for _ in range(runs)]
    memory = [ours.peak_mib(FOLDER / f"sent-{run}") for run in range(runs)]
    rows = bounds.started(starts, memory)
    rows += bounds.named(*zip(*named_lists(lab, ours, runs), strict=True))
    walks = [shown("walk", walk(lab, ours, FOLDER / f"cache-{run}")) for run in range(runs)]
    rows += bounds.walked(walks, lists_of(generate(lab.settings.catalogue_seed or 0), WORDS.split()))
    cache = str(FOLDER / "cache-0")
    return rows + bounds.cached([shown("cached", ours.pair(**question(cache_path=cache))) for _ in range(runs)])


def named_lists(lab: RunningLab, ours: Collection, runs: int) -> Iterator[tuple[Sample, Sample]]:
    """The same list by us and by az, which must find the same images."""
    other = az.signed_in(environment(lab.settings))
    words = [word for name, value in NAMES.items() for word in (f"--{name}", value)]
    other("vm", "image", "list", "--all", "--location", LOCATION, *words)  # compiles and caches as our first run did
    with lab.fault(plane="arm", delay=CALL_SECONDS):
        for _ in range(runs):
            sample, result = ours.list(sources="marketplace", location=LOCATION, **NAMES, versions="all", limit=ALL, cache=False)
            meter = Meter(lab)
            found = other("vm", "image", "list", "--all", "--location", LOCATION, *words)
            if len(found) != len(result["images"]):
                raise SystemExit(f"az finds {len(found)} images, image_info {len(result['images'])}")
            yield shown("ours", sample), shown("az", meter.sample())


def walk(lab: RunningLab, ours: Collection, cache: Path) -> Sample:
    """A walk through the catalogue with an empty cache, within Azure's budget, which is full at the start."""
    with lab.setting("throttling", True):
        sample, result = ours.list(**question(cache_path=str(cache)))
    if not result["complete"]:
        raise SystemExit(f"the walk is not complete: {result['missing']}")
    return sample


def question(**options: Any) -> dict[str, Any]:
    """The options of a list by words alone."""
    return {"sources": "marketplace", "location": LOCATION, "text": WORDS, **options}


def lists_of(catalogue: Catalogue, words: list[str]) -> int:
    """How many lists a client must read to find the images with these words: of publishers, of each one's offers, of each one's SKUs, of
    each matching one's versions."""
    offers = [each for publisher in catalogue.publishers.values() for each in (publisher.offers or {}).values()]
    offered = [each for each in offers if LOCATION not in each.missing_in]
    images = [each for offer in offered for each in offer.images.values()]
    matching = [each for each in images if all(word in f"{each.publisher} {each.offer} {each.sku}".lower() for word in words)]
    return 1 + len(catalogue.publishers) + len(offered) + len(matching)


def described(runs: int, seed: int) -> dict[str, Any]:
    """When, where and with which versions the measurement is made."""
    versions = {"Python": platform.python_version(), "azure-cli": az.PACKAGE.partition("==")[2]}
    versions |= {name: importlib.metadata.version(name) for name in PACKAGES}
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": {"processor": processor(), "cores": len(cores()), "system": system},
        "versions": versions,
        "runs": runs,
        "seed": seed,
    }


def processor() -> str:
    """The name of the processor, as Linux knows it."""
    return next((value for name, value in _cpuinfo() if name == "model name"), platform.machine())


def cores() -> list[str]:
    """The numbers of the processor's cores."""
    return [value for name, value in _cpuinfo() if name == "processor"]


def _cpuinfo() -> Iterator[tuple[str, str]]:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        yield name.strip(), value.strip()


def shown(name: str, sample: Sample | Pair) -> Any:
    """The sample, which is printed for those who wait."""
    print(f"{name}: {sample}", flush=True)
    return sample


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
