# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of an image definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core import tags as tag
from ..._core.ids import GALLERY_IMAGE, ResourceId
from ..._core.limits import LONGEST_IDENTIFIER, require_number, require_wait
from ..._core.references import given_texts, require_group, require_name
from ..gallery.dates import require_date
from ..gallery.names import gallery_id, require_version
from .features import Feature, from_params
from .settings import OS_STATES, PLAN, RANGES, require_identifier

PRESENT, ABSENT = "present", "absent"
_PLAIN = ("os_type", "hyper_v_generation", "architecture", "description", "eula", "privacy_statement_uri", "release_note_uri")


@dataclass(frozen=True)
class GalleryImageRequest:
    """The checked options of one task. ``given`` holds the options that are properties, with values as Azure has them."""

    image: ResourceId
    state: str = PRESENT
    location: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    features: tuple[Feature, ...] = ()
    recreate: bool = False
    tags: Mapping[str, str] | None = None
    append_tags: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> GalleryImageRequest:
        """Check and complete the module's options; raises ``InvalidRequest``."""
        require_wait(params)
        group = require_group(params["resource_group"]) if params["resource_group"] else None
        gallery = gallery_id(params["gallery"], group)
        features = from_params(params)
        for each in features:
            if each.starts_at_version:
                require_version(f"{each.option}.starts_at_version", each.starts_at_version)
        return cls(
            image=gallery.child(GALLERY_IMAGE, require_name("name", params["name"])),
            state=params["state"],
            location=params["location"] or None,
            given={option: value for option, value in _given(params) if value is not None and value != ""},
            features=features,
            recreate=params["recreate"],
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
        )

    def within(self, subscription: str) -> GalleryImageRequest:
        """The same request with full ids."""
        return replace(self, image=self.image.within(subscription))


def _given(params: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The options that are properties; those without a value are None or empty."""
    for option in _PLAIN:
        yield option, params[option]
    yield "os_state", OS_STATES.get(params["os_state"] or "")
    for part, longest in LONGEST_IDENTIFIER.items():
        value = (params["identifier"] or {}).get(part)
        yield f"identifier.{part}", require_identifier(f"identifier.{part}", value, longest) if value else None
    if params["end_of_life_date"]:
        yield "end_of_life_date", require_date("end_of_life_date", params["end_of_life_date"])
    for option in RANGES:
        for end, value in ((params["recommended"] or {}).get(option) or {}).items():
            path = f"recommended.{option}.{end}"
            yield path, value if value is None else require_number(path, value)
    yield "disallowed_disk_types", given_texts(params["disallowed_disk_types"])
    for part in PLAN:
        yield f"purchase_plan.{part}", (params["purchase_plan"] or {}).get(part)
    yield "allow_update_image", params["allow_update_image"]
