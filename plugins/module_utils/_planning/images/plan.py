# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of images: which ones it holds, and in what order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..._core.errors import GoldenImageError, InvalidRequest
from ..._core.ids import IMAGE
from ..._core.model.listed_image import MARKETPLACE, ListedImage
from ..._core.plan import Plan
from ..._core.ports import Azure
from ..._core.references import require_region
from ..._core.subject import Subject
from ..marketplace.deprecation import with_state_of_plans
from .filters import NOT_KNOWN, is_deprecated, matches
from .found import Found
from .gaps import Gaps
from .order import place_in_list
from .origins import SOURCES
from .request import LATEST, ListRequest
from .terms import with_terms


@dataclass(frozen=True)
class Skipped:
    """A source without images in the list, because it knows nothing about a filter."""

    source: str
    filter: str
    reason: str


def skipped(request: ListRequest) -> tuple[Skipped, ...]:
    """The sources that know nothing about a filter of the request."""
    given = request.filters.given
    return tuple(Skipped(source, name, reason) for source in request.sources for name, reason in NOT_KNOWN[source].items() if name in given)


def read(azure: Azure, request: ListRequest, sources: Sequence[str]) -> Found:
    """The images of several sources. If some cannot be read, the others count; if none can, the error of the first one is raised."""
    found: list[Found] = []
    errors: list[GoldenImageError] = []
    for source in sources:
        try:
            found.append(SOURCES[source](azure, request))
        except InvalidRequest:
            raise
        except GoldenImageError as error:
            errors.append(error)
    if errors and not found:
        raise errors[0]
    missing = (*(error.message for error in errors), *(each for one in found for each in one.missing))
    return Found(
        tuple(image for one in found for image in one.images),
        tuple(dict.fromkeys(missing)),
        tuple(warning for one in found for warning in one.warnings),
        min((one.read_at for one in found if one.read_at), default=None),
    )


def chosen(request: ListRequest, images: Iterable[ListedImage]) -> tuple[ListedImage, ...]:
    """The images that match the request, in their order."""
    return tuple(sorted((image for image in images if matches(image, request.filters)), key=place_in_list))


def _plan(azure: Azure, request: ListRequest, check_mode: bool) -> Plan:
    """A plan without steps, whose state is the list. ``truncated`` is whether the limit cut the list."""
    left_out = skipped(request)
    sources = [each for each in request.sources if each not in {one.source for one in left_out}]
    found, gaps = read(azure, request, sources), Gaps()
    _require_all(request, found)
    judged = found.images if request.filters.deprecated is None else with_state_of_plans(azure, found.images, request.location, gaps)
    images = chosen(request, judged)
    gaps.add(*undecided(request, judged))
    shown = with_terms(azure, request, with_state_of_plans(azure, images[: request.limit], request.location, gaps), gaps)
    missing = (*found.missing, *gaps.sentences)
    if not images and not missing:
        require_region(request.location, azure.regions.of(IMAGE) if request.location else (), "images")
    return Plan(
        after={
            "images": [image.as_result() for image in shown],
            "truncated": len(shown) < len(images),
            "complete": not missing,
            "missing": list(missing),
            "catalogue_read_at": found.read_at,
            "skipped_sources": [vars(each) for each in left_out],
        },
        warnings=(*found.warnings, *_warnings(left_out, sources), *_incomplete(missing)),
    )


def undecided(request: ListRequest, images: Iterable[ListedImage]) -> tuple[str, ...]:
    """The sentence about images that a filter leaves out because the state of their plans is not known. The Marketplace itself says it."""
    own = (image for image in images if image.origin != MARKETPLACE)
    unknown = sorted({image.name for image in own if is_deprecated(image) is None}) if request.filters.deprecated is not None else []
    if not unknown:
        return ()
    return (f"the states of the plans of these images could not be read, so they are not in the list: {', '.join(unknown)}.",)


def _require_all(request: ListRequest, found: Found) -> None:
    """Refuse to say which version is the latest one if any part of the list could not be read."""
    if request.versions == LATEST and found.missing:
        raise InvalidRequest(
            f"versions: which version is the latest one is not known, because a part of the list is missing: {found.missing[0]}"
        )


def _warnings(left_out: Sequence[Skipped], sources: Sequence[str]) -> tuple[str, ...]:
    """That the list is empty because no source knows the filters; ``skipped_sources`` says it of single ones."""
    if sources or not left_out:
        return ()
    reasons = dict.fromkeys(f"{each.filter} cannot choose {each.source} images, because {each.reason}" for each in left_out)
    return (f"The list is empty: {'; '.join(reasons)}. Set sources.",)


def _incomplete(missing: Sequence[str]) -> tuple[str, ...]:
    """That a part of the list is missing, for those who only look at the images."""
    others = f" The result 'missing' has {len(missing)} sentences about what could not be read." if len(missing) > 1 else ""
    return (f"The list is not complete: {missing[0].rstrip('.')}.{others}",) if missing else ()


IMAGES = Subject(ListRequest.from_params, _plan)
