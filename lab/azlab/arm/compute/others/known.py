"""Community galleries that exist, with the public names and the images that public documents name.

Their versions are made up. Where no public document was found for a name, the seed makes it up too.
"""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """A gallery: its name, its public name (empty if none was found), the publisher's address, and its images with their numbering."""

    name: str
    public_name: str
    uri: str
    numbering: str
    images: tuple[str, ...]


KNOWN = (
    Known(
        "Fedora",
        "Fedora-5e266ba4-2250-406d-adad-5d73860d958f",
        "https://fedoraproject.org",
        "release",
        (
            *("Fedora-Cloud-41-x64", "Fedora-Cloud-42-x64", "Fedora-Cloud-42-Arm64", "Fedora-Cloud-43-x64", "Fedora-Cloud-43-Arm64"),
            *("Fedora-Cloud-Rawhide-x64", "Fedora-Cloud-Rawhide-Arm64"),
        ),
    ),
    Known(
        "flatcar",
        "flatcar-23485951-527a-48d6-9d11-6931ff0afc2e",
        "https://www.flatcar.org",
        "release",
        tuple(f"flatcar-{channel}-{machine}" for channel in ("stable", "beta", "alpha", "lts2024") for machine in ("amd64", "arm64")),
    ),
    Known(
        "flatcar4capi",
        "flatcar4capi-742ef0cb-dcaa-4ecb-9cb0-bfd2e43dccc0",
        "https://www.flatcar.org",
        "release",
        ("flatcar-stable-amd64-capi-v1.23.13", "flatcar-stable-amd64-capi-v1.25.4", "flatcar-stable-amd64-capi-v1.26.0"),
    ),
    Known(
        "ClusterAPI",
        "ClusterAPI-f72ceb4f-5159-4c26-a0fe-2ea738f0d019",
        "https://capz.sigs.k8s.io",
        "patches",
        ("capi-ubun2-2204", "capi-ubun2-2404", "capi-win-2019-containerd", "capi-win-2022-containerd", "capi-azurelinux-3"),
    ),
    Known(
        "ConstellationCVM",
        "ConstellationCVM-b3782fa0-0df7-4f2f-963e-fc7fc42663df",
        "https://edgeless.systems",
        "patches",
        ("constellation",),
    ),
    Known(
        "cocopodvm",
        "cocopodvm-d0e4f35f-5530-4b9c-8596-112487cdea85",
        "https://confidentialcontainers.org",
        "days",
        ("podvm_image0", "podvm_image_debug0"),
    ),
    Known("debian", "", "https://www.debian.org", "days", ("debian-12-gen2", "debian-13-gen2", "debian-13-arm64", "debian-sid-gen2")),
    Known(
        "cblmariner",
        "",
        "https://github.com/microsoft/azurelinux",
        "days",
        ("cbl-mariner-2-gen2", "azure-linux-3-gen2", "azure-linux-3-arm64"),
    ),
)

NAMES = (
    *("alma", "alpine", "altlinux", "amanda", "appliance", "archlinux", "backupbox", "bluefin", "buildkite"),
    *("centos", "chimera", "clearbox", "contoso", "coreos", "dragonfly", "edgeos", "fabrikam", "freebsd"),
    *("garden", "gentoo", "ghaf", "guix", "haiku", "hpcimages", "k3os", "kairos", "litware"),
    *("mageia", "minikernel", "netbsd", "nixos", "northwind", "openbsd", "opensuse", "oraclelinux", "parrot"),
    *("pfappliance", "photon", "proxybox", "qubes", "relianoid", "rockylinux", "runners", "slackware", "starlab"),
    *("tailspin", "talos", "tinycore", "ubicloud", "void", "wingtip", "zephyr"),
)
"""The names of galleries that are made up."""
SYSTEMS = ("server", "minimal", "desktop", "container-host", "build-agent", "sql server", "web", "gpu", "hpc", "router")
"""The purposes of the images in such galleries."""
