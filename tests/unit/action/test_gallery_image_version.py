# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of gallery_image_version: that of image_upload, with the name of the image definition."""

from __future__ import annotations

from ansible_collections.goldenimage.azure.plugins.action import gallery_image_version, image_upload


def test_the_plugin_is_that_of_an_upload() -> None:
    assert issubclass(gallery_image_version.ActionModule, image_upload.ActionModule)


def test_lines_name_the_image_definition() -> None:
    assert image_upload.titled({"gallery": "hub", "gallery_image": "web"}) == "image web"
    assert image_upload.titled({"gallery_image_version": {"gallery_image": "web"}}) == "image web"
    assert image_upload.titled({"name": "debian"}) == "image debian"
