# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module gallery_image_version, and shows the states of replicas if the module runs on the controller."""

from __future__ import annotations

from .image_upload import ActionModule as ActionWithProgress


class ActionModule(ActionWithProgress):
    """The action plugin of image_upload, for another module."""
