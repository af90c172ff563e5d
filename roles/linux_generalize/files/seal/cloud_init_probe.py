# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints as JSON what cloud-init makes of its files; run by cloud_init.py with the Python that cloud-init itself runs with.

Only what a clone reads as well is read: the files in /etc/cloud and the kernel's arguments, but no data of this instance. Files whose paths
are given as arguments are read as YAML in addition, because the finalizer's own Python may have no module for that.
"""

import copy
import json
import logging
import os
import re
import sys

from cloudinit import distros, helpers, settings, util, version
from cloudinit.distros import ug_util

ADMIN = "goldenimage-admin"
"""The name that stands for the account which Azure asks cloud-init to make."""
warnings = []


class Collector(logging.Handler):
    """Keeps the warnings of cloud-init, which goes on without a file that it cannot parse."""

    def emit(self, record):
        if record.levelname in ("WARNING", "ERROR", "CRITICAL"):
            warnings.append(record.getMessage())


def main():
    logging.getLogger().addHandler(Collector(logging.WARNING))
    files, problems = read_files(paths_of_cloud_init())
    merged = util.mergemanydict(
        [util.get_builtin_cfg(), util.read_conf_with_confd(settings.CLOUD_CONFIG), util.read_conf_from_cmdline()], reverse=True
    )
    others, unreadable = read_files(sys.argv[1:])
    report = {
        "version": version.version_string(),
        "merged": merged,
        "files": files,
        "others": others,
        "problems": problems + unreadable,
        "makes_admin": makes_admin(merged),
    }
    json.dump(report, sys.stdout, skipkeys=True, default=str)


def paths_of_cloud_init():
    """The files of cloud-init, in the order in which the later ones win."""
    folder = settings.CLOUD_CONFIG + ".d"
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [settings.CLOUD_CONFIG] + [os.path.join(folder, name) for name in names if name.endswith(".cfg")]


def read_files(paths):
    """The content by path, and the files that cannot be parsed, each with the line. A file's text is never quoted: it may hold secrets."""
    contents, problems = {}, []
    for path in paths:
        del warnings[:]
        contents[path] = util.read_conf(path) or {}
        if warnings:
            problems.append([path, "".join(re.findall(r"line (\d+)", warnings[0])[:1]), is_template(path)])
    return contents, problems


def is_template(path):
    """Whether cloud-init renders this file with the data of an instance before it parses it."""
    with open(path, errors="replace") as file:
        return file.readline().startswith("## template:")


def makes_admin(merged):
    """Whether cloud-init makes the account that Azure asks for: Azure's answer names the default user of the distribution."""
    merged = copy.deepcopy(merged)  # it is changed while it is read
    system = dict(merged["system_info"])
    system["default_user"] = dict(system.get("default_user") or {}, name=ADMIN)
    distro = distros.fetch(system["distro"])(system["distro"], system, helpers.Paths(system.get("paths") or {}))
    return ADMIN in ug_util.normalize_users_groups(merged, distro)[0]


if __name__ == "__main__":
    main()
