# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions in Azure that a capture consists of, with the place where each must be allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..._core.ids import ResourceId
from ..._core.model.image import Image
from ..._core.model.vm import DEALLOCATED, Vm
from .request import CaptureRequest


class Place(NamedTuple):
    """A resource or a resource group: its path in Azure, and its name in sentences."""

    path: str
    title: str


class Action(NamedTuple):
    """An action of Azure, the place where it must be allowed, and the step that needs it, as an infinitive without 'to'.

    ``elsewhere`` says that the step also succeeds with the right at another place, which is not known here.
    """

    action: str
    place: Place
    step: str
    elsewhere: bool = False


class _State(NamedTuple):
    request: CaptureRequest
    image: Image | None
    vm: Vm


class _Row(NamedTuple):
    action: str
    place: Callable[[_State], Place]
    step: str
    needed: Callable[[_State], bool]
    elsewhere: bool = False


def _vm(state: _State) -> Place:
    return Place(str(state.vm.id), f"VM {state.vm.id.name}")


def _image(state: _State) -> Place:
    return Place(str(state.request.target), f"image {state.request.target.name}")


def image_group(target: ResourceId) -> Place:
    """The resource group of an image: what does not exist yet has rights only through its group."""
    return Place(f"/subscriptions/{target.subscription}/resourceGroups/{target.resource_group}", f"resource group {target.resource_group}")


def _backup_group(state: _State) -> Place:
    """The resource group of a VM, where its backups are if they are in no other."""
    return image_group(state.vm.id)


_COMPUTE = "Microsoft.Compute"
_TABLE = (
    _Row(f"{_COMPUTE}/snapshots/read", _backup_group, "find a backup there", lambda it: it.request.backup_required, elsewhere=True),
    _Row(
        f"{_COMPUTE}/virtualMachines/retrieveBootDiagnosticsData/action",
        _vm,
        "read the verdict of the seal in the boot log",
        lambda it: not it.request.assume_sealed and not it.vm.generalized,
    ),
    _Row(
        f"{_COMPUTE}/virtualMachines/write",
        _vm,
        "keep the seal as a tag",
        lambda it: not it.request.assume_sealed and not it.vm.generalized,
    ),
    _Row(f"{_COMPUTE}/virtualMachines/deallocate/action", _vm, "deallocate the VM", lambda it: it.vm.power != DEALLOCATED),
    _Row(f"{_COMPUTE}/virtualMachines/generalize/action", _vm, "mark the VM as generalized", lambda it: not it.vm.generalized),
    _Row(f"{_COMPUTE}/images/delete", _image, "replace the image that exists", lambda it: it.image is not None),
    _Row(f"{_COMPUTE}/images/write", lambda it: image_group(it.request.target), "create the image", lambda it: True),
    _Row(f"{_COMPUTE}/virtualMachines/delete", _vm, "delete the VM", lambda it: it.request.delete_source),
)
"""In the order of the steps. What observing has already read, such as the VM itself, is allowed."""


def actions_of(request: CaptureRequest, image: Image | None, vm: Vm) -> tuple[Action, ...]:
    """The actions that capturing a VM takes, given the image that may exist under the name of the new one."""
    state = _State(request, image, vm)
    return tuple(Action(row.action, row.place(state), row.step, row.elsewhere) for row in _TABLE if row.needed(state))
