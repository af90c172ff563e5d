# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that are removed, and the units that make some of them again."""

from __future__ import annotations

import configparser
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.support.tree import ROOT

Load = Callable[[str], ModuleType]
MACHINE = SimpleNamespace(extra=("/opt/builder",))
SEAL = ROOT / "roles" / "linux_generalize" / "files" / "seal"

SECRETS = (
    "/root/.azure/msal_token_cache.json", "/root/.aws/credentials", "/root/.docker/config.json", "/root/.kube/config",
    "/root/.gnupg/private-keys-v1.d/a.key", "/root/.netrc", "/root/.git-credentials", "/root/.pgpass",
    "/root/.config/gcloud/credentials.db", "/var/lib/sss/db/cache_corp.ldb", "/var/lib/sss/secrets/secrets.ldb",
    "/var/lib/samba/private/secrets.tdb", "/etc/krb5.keytab", "/var/opt/azcmagent/certs/myCert.pfx",
    "/var/opt/azcmagent/agentconfig.json", "/etc/opt/microsoft/mdatp/mdatp_onboard.json", "/etc/opt/microsoft/omsagent/certs/oms.key",
    "/etc/puppetlabs/puppet/ssl/private_keys/web.pem", "/etc/salt/pki/minion/minion.pem", "/etc/salt/minion_id", "/etc/chef/client.pem",
    "/var/lib/tailscale/tailscaled.state", "/var/lib/kubelet/pki/kubelet.key", "/etc/kubernetes/kubelet.conf",
    "/etc/rancher/node/password", "/var/lib/rancher/k3s/agent/client-kubelet.key", "/etc/wireguard/wg0.conf",
    "/var/spool/postfix/deferred/A/A1B2", "/var/spool/exim4/input/1-D",
)  # fmt: skip


def test_each_removed_file_says_what_makes_it_again(load: Load) -> None:
    rows = load("removed_files").ROWS
    assert [row.patterns for row in rows if not (row.what.strip() and row.remade_by.strip() and row.patterns)] == []


@pytest.mark.parametrize("path", SECRETS)
def test_secrets_of_tools_and_agents_are_removed(load: Load, path: str) -> None:
    assert load("removed_files").is_removed(path)


@pytest.mark.parametrize(
    "path", ["/etc/puppetlabs/puppetserver/ca/ca_key.pem", "/home/keeper/.azure/x", "/etc/kubernetes/pki/ca.key", "/root/.bashrc"]
)
def test_what_nothing_makes_again_stays(load: Load, path: str) -> None:
    assert not load("removed_files").is_removed(path)


def test_what_the_owner_lists_is_removed_as_well(load: Load) -> None:
    assert load("removed_files").is_removed("/opt/builder/token", MACHINE.extra)


def test_each_unit_makes_a_file_that_its_row_removes(load: Load) -> None:
    units = [(row.unit, row.patterns) for row in load("removed_files").ROWS if row.unit]
    assert {unit for unit, _patterns in units} == {path.name for path in SEAL.glob("*.service")}
    for unit, patterns in units:
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(SEAL / unit)
        assert parser["Unit"]["ConditionPathExists"] == f"!{patterns[0]}"
        assert "sysinit.target" in parser["Unit"]["Before"].split()
        assert parser["Install"]["WantedBy"] == "sysinit.target"


@pytest.mark.parametrize("present", [True, False])
def test_a_unit_is_installed_if_its_file_was_there(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, present: bool) -> None:
    room, row = load("renewal"), load("removed_files").Row
    key = tmp_path / "key"
    if present:
        key.touch()
    monkeypatch.setattr(room, "ROWS", (row("a key", "a unit", (str(key),), unit="goldenimage-snakeoil.service"),))
    monkeypatch.setattr(room.install, "__defaults__", (tmp_path,))
    room.install_renewal_units(MACHINE)
    room.install_renewal_units(MACHINE)  # the first attempt may have failed later
    wanted = tmp_path / "sysinit.target.wants/goldenimage-snakeoil.service"
    assert (wanted.is_symlink() and wanted.read_text() == (SEAL / "goldenimage-snakeoil.service").read_text()) is present


def test_units_are_installed_before_their_files_are_removed(load: Load) -> None:
    steps = [step.__name__ for step in load("finalizer").STEPS]
    assert steps.index("require_rehearsal") < steps.index("install_renewal_units") < steps.index("remove_traces")


@pytest.mark.parametrize(("text", "removed"), [
    ("[wifi-security]\npsk=secret\n", True), ("[802-1x]\npassword=secret\n", True), ("[wireguard]\nprivate-key=x=\n", True),
    ("[wifi-security]\npsk-flags=1\n", False), ("[connection]\nid=office\n", False), ("[wifi-security]\npsk=\n", False),
])  # fmt: skip
def test_connections_with_secrets_are_removed(
    load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, removed: bool
) -> None:
    room = load("removed_files")
    file = tmp_path / "office.nmconnection"
    file.write_text(text)
    monkeypatch.setattr(room, "CONNECTIONS", f"{tmp_path}/*")
    assert room.connections_with_secrets() == ([str(file)] if removed else [])
