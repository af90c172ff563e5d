# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of an image definition that are properties in Azure, and the checks of a complete definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.limits import IDENTIFIER, LONGEST_IDENTIFIER
from ..._core.model.gallery_image import STANDARD, GalleryImage
from ..gallery.dates import same_date
from ..gallery.settings import Setting, same_name, same_names

OS_STATES = {"generalized": "Generalized", "specialized": "Specialized"}
PLAN = ("name", "publisher", "product")
RANGES = {"v_cpus": "vCPUs", "memory": "memory"}

SETTINGS = (
    Setting("os_type", ("osType",), same=same_name),
    Setting("os_state", ("osState",), same=same_name),
    # Azure leaves these two out of an old definition where they are the first.
    Setting("hyper_v_generation", ("hyperVGeneration",), same=same_name, absent="V1"),
    Setting("architecture", ("architecture",), same=same_name, absent="x64"),
    *(Setting(f"identifier.{part}", ("identifier", part), same=same_name) for part in LONGEST_IDENTIFIER),
    Setting("description", ("description",), changeable=True),
    # eula: https://github.com/hashicorp/terraform-provider-azurerm/issues/16792; privacy_statement_uri and release_note_uri:
    # https://github.com/hashicorp/terraform-provider-azurerm/pull/17289
    Setting("eula", ("eula",)),
    Setting("privacy_statement_uri", ("privacyStatementUri",)),
    Setting("release_note_uri", ("releaseNoteUri",), changeable=True),
    Setting("end_of_life_date", ("endOfLifeDate",), changeable=True, same=same_date),
    *(
        Setting(f"recommended.{option}.{end}", ("recommended", key, end), changeable=True)
        for option, key in RANGES.items()
        for end in ("min", "max")
    ),
    Setting("disallowed_disk_types", ("disallowed", "diskTypes"), changeable=True, same=same_names, absent=()),
    *(Setting(f"purchase_plan.{part}", ("purchasePlan", part), same=same_name) for part in PLAN),
    Setting("allow_update_image", ("allowUpdateImage",), changeable=True, absent=False),
)
REQUIRED = ("os_type", "os_state", *(f"identifier.{part}" for part in LONGEST_IDENTIFIER))
"""The options that are required to create a definition."""
DEFAULTS = {"hyper_v_generation": "V2", "architecture": "x64"}
"""The values of a new definition that are always sent, because Azure's own defaults depend on the api-version."""
ALONE = ("TrustedLaunch", "ConfidentialVM")
"""Security types whose images cannot be shared with others."""


def require_identifier(option: str, value: str, longest: int) -> str:
    """A part of the identifier, if Azure allows it."""
    if len(value) > longest or not IDENTIFIER.fullmatch(value):
        raise InvalidRequest(f"{option}: {value!r} is not valid: use 1 to {longest} letters, digits, '-', '_' or '.', the last not '.'.")
    return value


def require_complete(given: Mapping[str, Any], what: str) -> None:
    """Refuse to create a definition without what Azure requires, or with a part of a plan."""
    if missing := [option for option in REQUIRED if option not in given]:
        raise InvalidRequest(f"{what} does not exist yet, and to create it these options are required: {', '.join(missing)}.")
    plan = [f"purchase_plan.{part}" for part in PLAN]
    if 0 < len([each for each in plan if each in given]) < len(plan):
        raise InvalidRequest(
            f"purchase_plan: a plan has {', '.join(PLAN)}; {', '.join(each for each in plan if each not in given)} is missing."
        )


def require_consistent(wanted: GalleryImage) -> None:
    """Refuse a combination of values that Azure does not have."""
    security, generation, architecture = wanted.security_type, wanted.hyper_v_generation, wanted.architecture
    if generation.casefold() == "v1" and security.casefold() != STANDARD.casefold():
        raise InvalidRequest(f"security_type: {security} needs hyper_v_generation V2: VMs of the first generation have no secure boot.")
    if generation.casefold() == "v1" and architecture.casefold() == "arm64":
        raise InvalidRequest("architecture: Arm64 needs hyper_v_generation V2.")
    for option, key in RANGES.items():
        limits = (wanted.properties.get("recommended") or {}).get(key) or {}
        low, high = limits.get("min"), limits.get("max")
        if low is not None and high is not None and low > high:
            raise InvalidRequest(f"recommended.{option}: min is {low} and max is {high}: min must not be greater than max.")


def require_shareable(wanted: GalleryImage, permissions: str) -> None:
    """Refuse a security type whose images the gallery could not share. ``permissions`` are those of a gallery that is made for sharing."""
    if wanted.security_type in ALONE:
        raise InvalidRequest(
            f"security_type: images with {wanted.security_type} cannot be shared, and gallery {wanted.id.parent.name} is made for that"
            f" (sharing.permissions: {permissions.lower()}): use {wanted.security_type}Supported, or a private gallery."
        )


def require_new_identifier(wanted: GalleryImage, others: Iterable[GalleryImage]) -> None:
    """Refuse a publisher, offer and SKU that another definition in the gallery has."""
    for other in others:
        if other.id.name.casefold() != wanted.id.name.casefold() and _identifier(other) == _identifier(wanted):
            shown = ", ".join(f"{part}:{value}" for part, value in (other.properties.get("identifier") or {}).items())
            raise InvalidRequest(
                f"identifier: image definition {other.id.name} in gallery {other.id.parent.name} has the same one (Azure: Gallery image:"
                f" {other.id.name} identified by ({shown}) already exists. Choose a different publisher, offer, sku combination.)."
            )


def _identifier(image: GalleryImage) -> tuple[str, ...]:
    parts = image.properties.get("identifier") or {}
    return tuple(str(parts.get(part)).casefold() for part in LONGEST_IDENTIFIER)
