"""The configuration of one lab: its ports, its identities and the paths of its files.

Everything a lab owns is below its state directory. Ports and secrets are chosen at the first `azlab up` and kept in `config.json`, so every
URL stays valid after a restart.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shlex
import socket
import uuid
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

PAY_AS_YOU_GO = "PayAsYouGo_2014-09-01"
LOCATIONS = {
    "westeurope": "West Europe",
    "northeurope": "North Europe",
    "eastus": "East US",
    "eastus2": "East US 2",
    "westus": "West US",
    "westus2": "West US 2",
    "centralus": "Central US",
    "southcentralus": "South Central US",
    "uksouth": "UK South",
    "westcentralus": "West Central US",
}

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "goldenimage-azure"


class LabError(Exception):
    """An error that a user can understand; only its text is shown: what failed, where, and what to do."""


class NoLab(LabError):
    """The state directory holds no lab yet."""


@dataclass(frozen=True)
class Settings:
    """The configuration of one lab. What is chosen at the first start never changes, except for three settings of each start.

    `guests`: VMs are started as guests in QEMU. `hurry`: every Retry-After is 0, so that clients poll at their own pace.
    `catalogue_seed`: the seed of the Marketplace's catalogue and of others' galleries; without one there are none.
    `quota_id`: the kind of contract of the subscription, as Azure shows it.
    """

    state: Path
    arm_port: int
    blob_port: int
    azurite_port: int
    subscription: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    account: str
    account_key: str = field(repr=False)
    guests: bool = True
    hurry: bool = False
    catalogue_seed: int | None = None
    quota_id: str = PAY_AS_YOU_GO

    @classmethod
    def load(cls, state: Path | str) -> Settings:
        """The configuration of the lab in the directory `state`. Raises NoLab if there is none."""
        state = Path(state).resolve()
        try:
            config = json.loads((state / "config.json").read_text())
        except FileNotFoundError:
            raise NoLab(f"there is no lab in {state}: start one with `{command(state, 'up')}`") from None
        return cls(state=state, **config)

    @classmethod
    def create(cls, state: Path | str, **chosen: Any) -> Settings:
        """Create the configuration of a new lab in `state`, with free ports and new secrets. `chosen` is what each start chooses."""
        arm, blob, azurite = _free_ports(3)
        settings = cls(
            state=Path(state).resolve(),
            arm_port=arm,
            blob_port=blob,
            azurite_port=azurite,
            subscription=str(uuid.uuid4()),
            tenant=str(uuid.uuid4()),
            client_id=str(uuid.uuid4()),
            client_secret=secrets.token_urlsafe(30),
            account="md" + secrets.token_hex(6),
            account_key=base64.b64encode(secrets.token_bytes(64)).decode(),
            **chosen,
        )
        settings.save()
        return settings

    @classmethod
    def load_or_create(cls, state: Path | str, **chosen: Any) -> Settings:
        """The configuration of the lab in `state`, created if there is none. Choices that this start leaves out have their defaults."""
        defaults = {each.name: each.default for each in fields(cls) if each.default is not MISSING}
        try:
            settings = replace(cls.load(state), **{**defaults, **chosen})
        except NoLab:
            return cls.create(state, **chosen)
        settings.save()
        return settings

    def save(self) -> None:
        """Write `config.json`, readable only by its owner, since it holds the lab's secrets."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        config = {key: value for key, value in asdict(self).items() if key != "state"}
        path = self.state / "config.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(config, indent=2) + "\n")

    @property
    def arm_url(self) -> str:
        """The URL of the control plane, which is also the URL of the cloud and its authority."""
        return f"https://127.0.0.1:{self.arm_port}"

    @property
    def blob_url(self) -> str:
        """The URL of the data plane's front, with the account."""
        return f"https://127.0.0.1:{self.blob_port}/{self.account}"

    @property
    def azurite_url(self) -> str:
        """The URL of Azurite itself, with the account; only the lab itself uses it."""
        return f"http://127.0.0.1:{self.azurite_port}/{self.account}"

    @property
    def ca(self) -> Path:
        """The certificate of the lab's own CA."""
        return self.state / "tls" / "ca.pem"

    @property
    def cert(self) -> Path:
        """The server certificate of both planes."""
        return self.state / "tls" / "cert.pem"

    @property
    def key(self) -> Path:
        """The private key of `cert`."""
        return self.state / "tls" / "key.pem"

    @property
    def bundle(self) -> Path:
        """The CAs of the system and of the lab, for clients to trust."""
        return self.state / "tls" / "bundle.pem"

    @property
    def logs(self) -> Path:
        """The directory of the logs."""
        return self.state / "logs"

    @property
    def faults(self) -> Path:
        """The file with the active faults."""
        return self.state / "faults.json"


def default_state() -> Path:
    """The state directory if the command line names none: AZLAB_STATE, or ./build/azlab."""
    return Path(os.environ.get("AZLAB_STATE") or Path.cwd() / "build" / "azlab").resolve()


def command(state: Path, words: str) -> str:
    """The command line `azlab <words>` for the lab in `state`, to be shown in error messages."""
    state = state.resolve()
    return f"azlab {words}" if state == default_state() else f"azlab --state {shlex.quote(str(state))} {words}"


def _free_ports(count: int) -> list[int]:
    """Free ports. All sockets are open at the same time, so the ports differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
