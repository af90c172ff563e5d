# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts about a Windows guest, as the scripts of the role windows_preflight collect them.

The scripts return one dictionary with a section for each script: ``machine``, ``setup``, ``software``, ``appx``, ``volumes``, ``accounts``.
A section whose script failed is ``{"error": "text"}``. A fact that could not be read is null, and the section's ``unread`` maps its name
(dotted if it is nested, such as ``pending.cbs``) to the reason. A null that ``unread`` does not name means that there is none on this
guest, and is allowed only for the facts whose type has ``None`` here. Lists stay lists with one element, and with none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .section import Fact, Section, flag, list_of, number, or_none, text

CLIENT = 1
"""The product type of Windows 10 and 11; 2 is a domain controller, 3 another server."""


@dataclass(frozen=True)
class Machine:
    """The machine, its Windows, and the account with which Ansible signs in.

    ``sid`` is that of the account. ``uuid`` is that of the DMI (SMBIOS), and ``asset_tag`` that of the chassis. ``secure_boot`` is None
    without UEFI. ``uefica2023_status`` is None if Windows does not have the value.
    """

    computer_name: Fact[str]
    user: Fact[str]
    sid: Fact[str]
    is_administrator: Fact[bool]
    is_64bit: Fact[bool]
    sysprep_running: Fact[bool]
    caption: Fact[str]
    build: Fact[int]
    product_type: Fact[int]
    installation_type: Fact[str | None]
    domain_joined: Fact[bool]
    domain_name: Fact[str | None]
    uuid: Fact[str]
    asset_tag: Fact[str | None]
    secure_boot: Fact[bool | None]
    uefica2023_status: Fact[str | None]

    @classmethod
    def of(cls, section: Section) -> Machine:
        """The facts of the section ``machine``."""
        return cls(
            computer_name=section.text("computer_name"),
            user=section.text("user"),
            sid=section.text("sid"),
            is_administrator=section.flag("is_administrator"),
            is_64bit=section.flag("is_64bit"),
            sysprep_running=section.flag("sysprep_running"),
            caption=section.text("os.caption"),
            build=section.number("os.build"),
            product_type=section.number("os.product_type"),
            installation_type=section.text_or_none("os.installation_type"),
            domain_joined=section.flag("domain.joined"),
            domain_name=section.text_or_none("domain.name"),
            uuid=section.text("uuid"),
            asset_tag=section.text_or_none("asset_tag"),
            secure_boot=section.flag_or_none("secure_boot"),
            uefica2023_status=section.text_or_none("uefica2023_status"),
        )


@dataclass(frozen=True)
class Setup:
    """The state of Windows Setup, of servicing, and of what the provisioning of a VM needs.

    ``file_renames`` is how many entries PendingFileRenameOperations has. ``reserve_scenario`` is ActiveScenario of the ReserveManager,
    None without it. ``cdrom_start`` is None without the driver. ``source_os`` are the names of the keys that an upgrade in place leaves.
    """

    image_state: Fact[str | None]
    state_ini: Fact[str | None]
    unattend_file: Fact[str | None]
    setup_type: Fact[int | None]
    cmd_line: Fact[str | None]
    source_os: Fact[tuple[str, ...]]
    miracast_view: Fact[bool]
    cbs: Fact[bool]
    file_renames: Fact[int]
    server_manager: Fact[bool]
    windows_update: Fact[bool]
    pending_xml: Fact[bool]
    servicing_processes: Fact[tuple[str, ...]]
    reserve_scenario: Fact[int | None]
    rearm_count: Fact[int]
    cdrom_start: Fact[int | None]
    removable_deny: Fact[bool]

    @classmethod
    def of(cls, section: Section) -> Setup:
        """The facts of the section ``setup``."""
        return cls(
            image_state=section.text_or_none("image_state"),
            state_ini=section.text_or_none("state_ini"),
            unattend_file=section.text_or_none("unattend_file"),
            setup_type=section.number_or_none("setup_type"),
            cmd_line=section.text_or_none("cmd_line"),
            source_os=section.texts("source_os"),
            miracast_view=section.flag("miracast_view"),
            cbs=section.flag("pending.cbs"),
            file_renames=section.number("pending.file_renames"),
            server_manager=section.flag("pending.server_manager"),
            windows_update=section.flag("pending.windows_update"),
            pending_xml=section.flag("pending.pending_xml"),
            servicing_processes=section.texts("servicing_processes"),
            reserve_scenario=section.number_or_none("reserve_scenario"),
            rearm_count=section.number("rearm_count"),
            cdrom_start=section.number_or_none("cdrom_start"),
            removable_deny=section.flag("removable_deny"),
        )


@dataclass(frozen=True)
class Feature:
    """An installed feature of Windows Server; ``kind`` is its FeatureType: Role, Role Service or Feature."""

    name: str
    display_name: str
    kind: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Feature:
        """A row of ``software.features``."""
        return cls(text(row["name"]), text(row["display_name"]), text(row["kind"]))


@dataclass(frozen=True)
class Service:
    """The state of a service, such as ``Running``, and its start mode, such as ``Auto``, in the words of Win32_Service, never localized."""

    status: str
    start: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Service:
        """An entry of ``software.services``."""
        return cls(text(row["status"]), text(row["start"]))


@dataclass(frozen=True)
class Provider:
    """A DLL that Sysprep calls: the phase is Cleanup, Generalize or Specialize, and ``entry`` is the value in the registry."""

    phase: str
    dll: str
    entry: str
    exists: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Provider:
        """A row of ``software.providers``."""
        return cls(text(row["phase"]), text(row["dll"]), text(row["entry"]), flag(row["exists"]))


@dataclass(frozen=True)
class SqlInstance:
    """An instance of SQL Server; ``prepared`` is whether PrepareImage installed it and no one has completed it since."""

    name: str
    prepared: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> SqlInstance:
        """A row of ``software.sql_instances``."""
        return cls(text(row["name"]), flag(row["prepared"]))


@dataclass(frozen=True)
class Software:
    """Roles, agents and other software that Sysprep is known to depend on.

    ``features`` are the installed ones, None on a client. ``services`` has an entry for each one of RdAgent, WindowsAzureGuestAgent,
    WindowsAzureTelemetryService and Sense that is installed. ``wds_initialized`` is None without Windows Deployment Services.
    ``iis_encrypted`` are places in applicationHost.config with an encrypted credential; never the credential. ``radius_clients`` are the
    names of RADIUS clients; never their secrets.
    """

    features: Fact[tuple[Feature, ...] | None]
    services: Fact[Mapping[str, Service]]
    providers: Fact[tuple[Provider, ...]]
    defender_onboarded: Fact[bool]
    sql_instances: Fact[tuple[SqlInstance, ...]]
    virtual_switches: Fact[tuple[str, ...]]
    wds_initialized: Fact[bool | None]
    iis_encrypted: Fact[tuple[str, ...]]
    radius_clients: Fact[tuple[str, ...]]

    @classmethod
    def of(cls, section: Section) -> Software:
        """The facts of the section ``software``."""
        return cls(
            features=section.rows_or_none("features", Feature.of),
            services=section.entries("services", Service.of),
            providers=section.rows("providers", Provider.of),
            defender_onboarded=section.flag("defender_onboarded"),
            sql_instances=section.rows("sql_instances", SqlInstance.of),
            virtual_switches=section.texts("virtual_switches"),
            wds_initialized=section.flag_or_none("wds_initialized"),
            iis_encrypted=section.texts("iis_encrypted"),
            radius_clients=section.texts("radius_clients"),
        )


@dataclass(frozen=True)
class Package:
    """An AppX package; ``users`` are those for whom its InstallState is Installed.

    ``part_of_windows`` is whether it is a framework or a resource package, or cannot be removed (``IsFramework``, ``IsResourcePackage``,
    ``NonRemovable``, ``SignatureKind`` System). A ``bundle`` has a version of its own, unlike those of the packages in it.
    """

    name: str
    full_name: str
    version: str
    users: tuple[str, ...]
    part_of_windows: bool
    bundle: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Package:
        """A row of ``appx.packages``."""
        return cls(
            name=text(row["name"]),
            full_name=text(row["full_name"]),
            version=text(row["version"]),
            users=list_of(text)(row["users"]),
            part_of_windows=flag(row["part_of_windows"]),
            bundle=flag(row.get("bundle", False)),
        )


@dataclass(frozen=True)
class Provisioned:
    """An AppX package that every new account gets."""

    name: str
    version: str
    bundle: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Provisioned:
        """A row of ``appx.provisioned``."""
        return cls(text(row["name"]), text(row["version"]), flag(row.get("bundle", False)))


@dataclass(frozen=True)
class Appx:
    """The AppX packages of all accounts, and those that are provisioned for new ones."""

    packages: Fact[tuple[Package, ...]]
    provisioned: Fact[tuple[Provisioned, ...]]

    @classmethod
    def of(cls, section: Section) -> Appx:
        """The facts of the section ``appx``."""
        return cls(section.rows("packages", Package.of), section.rows("provisioned", Provisioned.of))


@dataclass(frozen=True)
class BitLocker:
    """A volume as BitLocker reports it. ``volume_status`` is None if only the older interface answered, which gives ``conversion``."""

    mount_point: str
    volume_status: str | None
    conversion: int | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> BitLocker:
        """A row of ``volumes.bitlocker``."""
        return cls(text(row["mount_point"]), or_none(text)(row["volume_status"]), or_none(number)(row["conversion"]))


@dataclass(frozen=True)
class Volumes:
    """The volumes. ``answer_files`` are the paths at which Windows Setup looks for answer files, and finds one."""

    bitlocker: Fact[tuple[BitLocker, ...]]
    efs_files: Fact[int]
    answer_files: Fact[tuple[str, ...]]

    @classmethod
    def of(cls, section: Section) -> Volumes:
        """The facts of the section ``volumes``."""
        return cls(section.rows("bitlocker", BitLocker.of), section.number("efs_files"), section.texts("answer_files"))


@dataclass(frozen=True)
class Account:
    """A local account. ``password_expires`` is a time in UTC such as 2026-11-28T07:00:00Z, or None if the password never expires.

    ``password_required`` is whether the account must have a password.
    """

    name: str
    sid: str
    enabled: bool
    must_change_password: bool
    password_expires: str | None
    password_required: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Account:
        """A row of ``accounts.users``."""
        return cls(
            name=text(row["name"]),
            sid=text(row["sid"]),
            enabled=flag(row["enabled"]),
            must_change_password=flag(row["must_change_password"]),
            password_expires=or_none(text)(row["password_expires"]),
            password_required=flag(row["password_required"]),
        )


@dataclass(frozen=True)
class Accounts:
    """The local accounts, and the guest's time in the format of ``password_expires``."""

    users: Fact[tuple[Account, ...]]
    time: Fact[str]

    @classmethod
    def of(cls, section: Section) -> Accounts:
        """The facts of the section ``accounts``."""
        return cls(users=section.rows("users", Account.of), time=section.text("time"))


@dataclass(frozen=True)
class Facts:
    """All facts about a Windows guest."""

    machine: Machine
    setup: Setup
    software: Software
    appx: Appx
    volumes: Volumes
    accounts: Accounts

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Facts:
        """The facts of the combined results of all scripts."""
        return cls(
            machine=Machine.of(Section.of(facts, "machine")),
            setup=Setup.of(Section.of(facts, "setup")),
            software=Software.of(Section.of(facts, "software")),
            appx=Appx.of(Section.of(facts, "appx")),
            volumes=Volumes.of(Section.of(facts, "volumes")),
            accounts=Accounts.of(Section.of(facts, "accounts")),
        )
