# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules about sources and image definitions as data: for each, the verdict and where it is known from. The first that fits decides."""

from __future__ import annotations

from typing import NamedTuple

STANDARD, TRUSTED, CONFIDENTIAL = "Standard", "TrustedLaunch", "ConfidentialVM"
TRUSTED_SUPPORTED, CONFIDENTIAL_SUPPORTED = "TrustedLaunchSupported", "ConfidentialVMSupported"
BOTH_SUPPORTED = "TrustedLaunchAndConfidentialVmSupported"
SECURITY_TYPES = (STANDARD, TRUSTED_SUPPORTED, TRUSTED, CONFIDENTIAL_SUPPORTED, CONFIDENTIAL, BOTH_SUPPORTED)
"""The values of the feature SecurityType of an image definition. One without the feature counts as Standard."""
SUPPORTED = (TRUSTED_SUPPORTED, CONFIDENTIAL_SUPPORTED, BOTH_SUPPORTED)
"""The types whose versions hold no VM guest state."""
STATEFUL = (TRUSTED, CONFIDENTIAL)
"""The types whose sources can hold VM guest state."""

BLOB, MANAGED_IMAGE, VERSION, DISK, SNAPSHOT, VM = "blob", "managed_image", "version", "disk", "snapshot", "vm"
TITLES = {
    BLOB: "a VHD blob",
    MANAGED_IMAGE: "a managed image",
    VERSION: "another version",
    DISK: "a managed disk",
    SNAPSHOT: "a snapshot",
    VM: "a VM",
}
DISKS, MACHINES = (DISK, SNAPSHOT), (DISK, SNAPSHOT, VM)

OK, WARN, REFUSED, ROAD = "ok", "warn", "refused", "road"
"""The verdicts: Azure takes the source; it is not known whether it does; it does not; or it takes what can be made from the source."""

OS_DISK = "os_disk"
"""The stop of a road at which the OS disk of the VM takes the place of the VM as the source."""
BY_MANAGED_IMAGE = "managed_image"
"""The stop of a road at which a managed image is made from the source. It is removed once the version is made from it."""

DOCUMENTED, REPORTED, ASSUMED = "documented", "reported", "assumed"
"""The classes of evidence: a document of Microsoft; what Azure answered somebody; or none."""

GENERALIZED, SPECIALIZED = "Generalized", "Specialized"
ARM = "Arm64"

DOCS = "https://learn.microsoft.com/azure/virtual-machines"
TROUBLES = f"{DOCS}/troubleshooting-shared-images"
VERSIONS = f"{DOCS}/image-version"
GALLERIES = f"{DOCS}/shared-image-galleries"
TRUSTED_IMAGES = f"{DOCS}/trusted-launch-portal"
CONFIDENTIAL_IMAGES = "https://learn.microsoft.com/azure/confidential-computing/quick-create-confidential-vm-azure-compute-gallery"
PACKER = "https://github.com/hashicorp/packer-plugin-azure/issues"
FEDERAL = "https://github.com/Azure/FederalAVD"
GPU = "https://github.com/Azure/az-cgpu-onboarding"


class Rule(NamedTuple):
    """One rule. An empty tuple fits everything, and so does None.

    ``own`` holds security types of the source, ``differs`` is a property that source and definition must have with different values,
    ``os_state`` is that of the definition, ``architecture`` that of the source or, if that is not known, of the definition. ``text`` says
    what is wrong and what to do, ``quote`` has Azure's own words. Both can name the case in braces.
    """

    verdict: str
    evidence: str
    source: str
    definitions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    text: str = ""
    quote: str = ""
    road: tuple[str, ...] = ()
    differs: str | None = None
    os_state: str | None = None
    architecture: str | None = None
    os_only: bool = False


UNKNOWN = (
    "It is not documented whether a definition of SecurityType {definition} takes {kind} of security type {own}: if Azure refuses it,"
    " use a definition of SecurityType "
)
BLOB_OR_STANDARD = ": use a VHD blob of the disk, or a definition of SecurityType Standard."
NO_SUPPORTED_SOURCE = (
    "The security type '{definition}' is not supported for the source id '...'. Currently only Vhd Blob, User Image and Gallery Image"
    " Version sources are supported for '{definition}' images."
)
NO_CONFIDENTIAL_SOURCE = (
    "Confidential VM is not supported for the source id '...'. Currently Snapshot, Disk and VM sources are supported for the Confidential"
    " VM security type."
)


def _through_a_managed_image(definitions: tuple[str, ...], source: str, quote: str = "") -> tuple[Rule, ...]:
    """The rules about machines and their disks under definitions that take them only as a managed image, if one can be made of them."""

    def refusal(text: str, own: tuple[str, ...] = (), os_state: str | None = None, architecture: str | None = None) -> Rule:
        return Rule(
            REFUSED,
            REPORTED,
            source,
            definitions,
            MACHINES,
            own,
            "A definition of SecurityType {definition} does not take {kind}, and " + text,
            quote,
            os_state=os_state,
            architecture=architecture,
        )

    return (
        refusal("a managed image cannot be made of one of security type {own}: use a definition of SecurityType {own}.", STATEFUL),
        refusal("through a managed image it would be generalized" + BLOB_OR_STANDARD, os_state=SPECIALIZED),
        refusal("managed images of Arm64 machines do not exist" + BLOB_OR_STANDARD, architecture=ARM),
        Rule(
            ROAD,
            REPORTED,
            source,
            definitions,
            MACHINES,
            text="A definition of SecurityType {definition} does not take {kind}: the version is made from a managed image of it.",
            quote=quote,
            road=(BY_MANAGED_IMAGE,),
        ),
    )


OF_EVERY_DEFINITION = (
    Rule(
        REFUSED,
        DOCUMENTED,
        TROUBLES,
        differs="generation",
        text="The source has hyper_v_generation {found}, the definition {wanted}: use a definition of the same generation.",
        quote="The resource with id '...' has a different Hypervisor generation ['{found}'] than the parent gallery image Hypervisor"
        " generation ['{wanted}']",
    ),
    Rule(
        REFUSED,
        DOCUMENTED,
        TROUBLES,
        differs="os_type",
        text="The source has os_type {found}, the definition {wanted}: use a definition for the same operating system.",
        quote="The resource with id '...' has a different OS type ['{found}'] than the parent gallery image OS type generation"
        " ['{wanted}']",
    ),
    Rule(
        REFUSED,
        DOCUMENTED,
        TROUBLES,
        differs="os_state",
        text="The source is {found}, the definition {wanted}: use a definition with os_state {found}.",
        quote="Cannot create Gallery Image Version from: ... since the OS State in the parent gallery image ({wanted}) is not {found}.",
    ),
    Rule(
        WARN,
        ASSUMED,
        VERSIONS,
        differs="architecture",
        text="The source is for {found} machines, the definition for {wanted}: VMs of the version would not start.",
    ),
    Rule(
        REFUSED,
        DOCUMENTED,
        GALLERIES,
        kinds=(MANAGED_IMAGE, VERSION),
        os_only=True,
        text="A version that is made from {kind} holds all disks of it: name the disk or snapshot of the OS as the source.",
    ),
    Rule(
        ROAD,
        DOCUMENTED,
        GALLERIES,
        kinds=(VM,),
        os_only=True,
        road=(OS_DISK,),
        text="A version that is made from a VM holds all disks of it: the version is made from its OS disk.",
    ),
)

OF_STANDARD = (
    Rule(OK, DOCUMENTED, VERSIONS, definitions=(STANDARD,), own=(STANDARD,)),
    Rule(
        WARN,
        ASSUMED,
        TRUSTED_IMAGES,
        definitions=(STANDARD,),
        text=UNKNOWN + "{own}.",
    ),
)

OF_SUPPORTED = (
    Rule(OK, DOCUMENTED, TRUSTED_IMAGES, definitions=(TRUSTED_SUPPORTED,), kinds=(BLOB, MANAGED_IMAGE)),
    Rule(OK, DOCUMENTED, CONFIDENTIAL_IMAGES, definitions=(CONFIDENTIAL_SUPPORTED,), kinds=(BLOB, MANAGED_IMAGE)),
    Rule(OK, REPORTED, f"{PACKER}/528", definitions=(BOTH_SUPPORTED,), kinds=(BLOB, MANAGED_IMAGE)),
    Rule(
        REFUSED,
        DOCUMENTED,
        TRUSTED_IMAGES,
        definitions=SUPPORTED,
        kinds=(VERSION,),
        own=STATEFUL,
        text="A version under SecurityType {own} can hold VM guest state, which a definition of SecurityType {definition} does not take:"
        " use a definition of SecurityType {own}.",
    ),
    Rule(
        OK,
        DOCUMENTED,
        TRUSTED_IMAGES,
        definitions=(TRUSTED_SUPPORTED,),
        kinds=(VERSION,),
        own=(STANDARD, TRUSTED_SUPPORTED),
    ),
    Rule(WARN, ASSUMED, CONFIDENTIAL_IMAGES, definitions=SUPPORTED, kinds=(VERSION,), text=UNKNOWN + "{own}."),
    Rule(
        WARN,
        ASSUMED,
        GPU,
        definitions=(CONFIDENTIAL_SUPPORTED,),
        kinds=(VM,),
        own=(CONFIDENTIAL,),
        text="Two documents of Microsoft contradict each other on whether a definition of SecurityType ConfidentialVMSupported takes a"
        " confidential VM without confidential disk encryption: if Azure refuses it, use a definition of SecurityType ConfidentialVM.",
    ),
    *_through_a_managed_image((TRUSTED_SUPPORTED,), f"{PACKER}/304", NO_SUPPORTED_SOURCE),
    *_through_a_managed_image((CONFIDENTIAL_SUPPORTED, BOTH_SUPPORTED), FEDERAL),
)

OF_TRUSTED = (
    Rule(
        REFUSED,
        DOCUMENTED,
        TRUSTED_IMAGES,
        definitions=(TRUSTED,),
        kinds=(BLOB, MANAGED_IMAGE),
        text="A definition of SecurityType TrustedLaunch does not take {kind}: use a definition of SecurityType TrustedLaunchSupported.",
    ),
    Rule(OK, DOCUMENTED, TRUSTED_IMAGES, definitions=(TRUSTED,), kinds=DISKS, own=(STANDARD, TRUSTED)),
    Rule(OK, DOCUMENTED, TRUSTED_IMAGES, definitions=(TRUSTED,), kinds=(VM,), own=(TRUSTED,)),
    Rule(WARN, ASSUMED, TRUSTED_IMAGES, definitions=(TRUSTED,), text=UNKNOWN + "{own}."),
)

OF_CONFIDENTIAL = (
    Rule(
        REFUSED,
        REPORTED,
        f"{PACKER}/372",
        definitions=(CONFIDENTIAL,),
        kinds=(BLOB, MANAGED_IMAGE, VERSION),
        text="A definition of SecurityType ConfidentialVM does not take {kind}: use a definition of SecurityType ConfidentialVMSupported,"
        " or a confidential VM as the source.",
        quote=NO_CONFIDENTIAL_SOURCE,
    ),
    Rule(OK, DOCUMENTED, CONFIDENTIAL_IMAGES, definitions=(CONFIDENTIAL,), kinds=MACHINES, own=(CONFIDENTIAL,)),
    Rule(WARN, ASSUMED, CONFIDENTIAL_IMAGES, definitions=(CONFIDENTIAL,), text=UNKNOWN + "{own}."),
)

RULES = (
    *OF_EVERY_DEFINITION,
    *OF_STANDARD,
    *OF_SUPPORTED,
    *OF_TRUSTED,
    *OF_CONFIDENTIAL,
    Rule(WARN, ASSUMED, GALLERIES, text="The SecurityType {definition} of the definition is not known to this collection."),
)
