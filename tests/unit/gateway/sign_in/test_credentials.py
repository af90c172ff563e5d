# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging credentials from every source and under every name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.goldenimage.azure.plugins.module_utils._ansible.arguments import AZURE
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sign_in.credentials import (
    PROOFS,
    VARIABLES,
    merge,
    require_complete,
)


@pytest.fixture
def home(tmp_path):
    """A home directory with a credential file of two profiles."""
    folder = tmp_path / ".azure"
    folder.mkdir()
    (folder / "credentials").write_text(
        "[default]\nsubscription_id = filed\nclient_id = filed-client\nsecret = filed%secret\ntenant = filed-tenant\n"
        "[gov]\ncloud_environment = AzureUSGovernment\nad_user = bob\npassword = pw\nnonsense = x\n"
    )
    return str(tmp_path)


def test_every_credential_option_is_read():
    ignored = {"auth_source", "api_profile", "log_mode", "log_path"}
    assert set(VARIABLES) | ignored == set(AZURE)


def test_options_without_an_effect_change_nothing():
    given = {"secret": "s", "client_id": "c", "tenant": "t"}
    ignored = {"api_profile": "latest", "log_mode": "x", "log_path": "/x"}
    assert merge({**given, **ignored}, {"HOME": "/nowhere"}) == merge(given, {"HOME": "/nowhere"})


@pytest.mark.parametrize(("option", "variable"), [(option, name) for option, names in VARIABLES.items() for name in names])
def test_every_variable_is_read(option, variable, home):
    if option == "profile":
        assert merge({}, {variable: "gov", "HOME": home}).cloud_environment == "AzureUSGovernment"
        return
    value = {"disable_instance_discovery": "true", "cert_validation_mode": "validate"}.get(option, "x")
    merged = merge({}, {variable: value, "HOME": "/nowhere"})
    if option in PROOFS:
        assert merged.secrets == {option: "x"}
    elif option == "disable_instance_discovery":
        assert merged.disable_instance_discovery is True
    elif option != "cert_validation_mode":
        assert getattr(merged, option) == "x"


@pytest.mark.parametrize(("options", "variables", "origin"), [
    ({"subscription_id": "../x?y"}, {"AZURE_SUBSCRIPTION_ID": "x"}, "subscription_id"),
    ({}, {"AZURE_SUBSCRIPTION_ID": "../x?y"}, "AZURE_SUBSCRIPTION_ID"),
    ({}, {}, "subscription_id in {home}/.azure/credentials"),
])  # fmt: skip
def test_an_invalid_subscription_is_refused_with_its_source(home, options, variables, origin):
    file = Path(home, ".azure", "credentials")
    file.write_text(file.read_text().replace("= filed\n", "= ../x?y\n"))
    with pytest.raises(InvalidRequest) as refused:
        merge(options, {**variables, "HOME": home})
    text = "'../x?y' is not a valid subscription id: use letters, digits and '-' only."
    assert refused.value.message == f"{origin.format(home=home)}: {text}"


def test_sources_complete_each_other(home):
    environ = {"AZURE_CLIENT_ID": "c", "AZURE_SECRET": "s", "HOME": home}
    merged = merge({"tenant": "t", "subscription_id": ""}, environ)
    assert (merged.proof, merged.secrets, merged.client_id, merged.tenant) == ("secret", {"secret": "s"}, "c", "t")
    assert merged.subscription_id == "filed"


def test_an_option_goes_before_a_variable_and_a_variable_before_the_file(home):
    assert merge({"tenant": "option"}, {"AZURE_TENANT": "variable", "HOME": home}).tenant == "option"
    assert merge({}, {"AZURE_TENANT": "variable", "HOME": home}).tenant == "variable"
    assert merge({}, {"HOME": home}).tenant == "filed-tenant"
    assert merge({}, {"HOME": home}).secrets == {"secret": "filed%secret"}


def test_a_named_profile_goes_before_the_environment(home):
    environ = {"AZURE_SECRET": "s", "AZURE_CLIENT_ID": "c", "AZURE_TENANT": "t", "HOME": home}
    merged = merge({"profile": "gov"}, environ)
    assert (merged.proof, merged.ad_user, merged.cloud_environment) == ("password", "bob", "AzureUSGovernment")


def test_both_names_of_a_variable_are_read_and_the_older_one_wins():
    environ = {"AZURE_CLIENT_SECRET": "new", "AZURE_TENANT_ID": "new", "AZURE_SECRET": "old", "AZURE_TENANT": ""}
    merged = merge({}, {**environ, "HOME": "/nowhere"})
    assert (merged.secrets, merged.tenant) == ({"secret": "old"}, "new")


def test_an_empty_string_counts_as_no_value():
    awx = {"AZURE_SUBSCRIPTION_ID": "", "AZURE_AD_USER": "", "AZURE_PASSWORD": "", "AZURE_SECRET": "", "HOME": "/nowhere"}
    merged = merge({"client_id": ""}, awx)
    assert (merged.proof, merged.subscription_id, merged.client_id, merged.secrets) == ("ambient", None, None, {})


def test_the_first_source_with_a_proof_decides_the_kind():
    environ = {"AZURE_SECRET": "of another application", "HOME": "/nowhere"}
    assert merge({"x509_certificate_path": "/c.pem"}, environ).proof == "x509_certificate_path"
    assert merge({}, {"AZURE_SECRET": "s", "AZURE_FEDERATED_TOKEN_FILE": "/t", "HOME": "/nowhere"}).proof == "oidc_token_file_path"


@pytest.mark.parametrize(
    ("source", "proof"), [("cli", "cli"), ("msi", "msi"), ("env", "secret"), ("credential_file", "secret"), ("auto", "password")]
)
def test_auth_source_names_the_source(source, proof, home):
    params = {"ad_user": "bob", "password": "pw"}
    environ = {"AZURE_SECRET": "s", "ANSIBLE_AZURE_AUTH_SOURCE": source, "HOME": home}
    merged = merge(params, environ)
    assert merged.proof == proof
    if source == "credential_file":
        assert merged.secrets["secret"] == "filed%secret"
        assert merged.client_id == "filed-client"


@pytest.mark.parametrize(
    ("params", "environ", "kind", "text"),
    [
        ({"auth_source": "env"}, {}, Denied, r"holds no credentials: set one of .*AZURE_SECRET \(secret\)"),
        ({"auth_source": "credential_file", "profile": "gov2"}, {}, Denied, "has no profile 'gov2': add it there, or "),
        ({"profile": "gov2"}, {}, Denied, "has no profile 'gov2': add it there, or sign in without a profile"),
        (
            {},
            {"ANSIBLE_AZURE_AUTH_SOURCE": "magic"},
            InvalidRequest,
            "must be one of auto.*, not 'magic' .from ANSIBLE_AZURE_AUTH",
        ),
        ({"cert_validation_mode": "ignore"}, {}, InvalidRequest, "refused.* REQUESTS_CA_BUNDLE"),
        ({}, {"AZURE_CERT_VALIDATION_MODE": "ignore"}, InvalidRequest, "refused.* REQUESTS_CA_BUNDLE"),
        ({}, {"AZURE_CERT_VALIDATION_MODE": "perhaps"}, InvalidRequest, "must be 'validate', not 'perhaps'"),
        ({}, {"AZURE_DISABLE_INSTANCE_DISCOVERY": "perhaps"}, InvalidRequest, "must be true or false, not 'perhaps'"),
    ],
)
def test_invalid_values_are_refused_in_one_sentence(params, environ, kind, text, home):
    with pytest.raises(kind, match=text):
        merge(params, {**environ, "HOME": home})


def test_a_missing_or_broken_credential_file_is_named(tmp_path):
    with pytest.raises(Denied, match=r"cannot read the profile 'x' from .*/credentials \(No such file or directory\): add it there, or "):
        merge({"profile": "x"}, {"HOME": str(tmp_path)})
    (tmp_path / ".azure").mkdir()
    (tmp_path / ".azure" / "credentials").write_text("no section\n")
    with pytest.raises(Denied, match=r"must be a text file of sections like \[default\] with lines like tenant"):
        merge({}, {"HOME": str(tmp_path)})
    (tmp_path / ".azure" / "credentials").write_bytes(b"\xff\xfe")
    with pytest.raises(Denied, match="must be a text file of sections"):
        merge({}, {"HOME": str(tmp_path)})


def test_the_subscription_of_the_azure_cli_is_used_last(tmp_path):
    profile = {"subscriptions": [{"id": "one", "isDefault": False}, {"id": "two", "isDefault": True}]}
    (tmp_path / "azureProfile.json").write_text(json.dumps(profile), encoding="utf-8-sig")
    environ = {"AZURE_CONFIG_DIR": str(tmp_path), "HOME": "/nowhere"}
    assert merge({}, environ).subscription_id == "two"
    assert merge({"auth_source": "cli", "subscription_id": "mine"}, environ).subscription_id == "mine"
    assert merge({}, {**environ, "AZURE_SECRET": "s"}).subscription_id is None


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"subscriptions": ["one"]}', b"\xff\xfe"])
def test_a_broken_profile_of_the_azure_cli_is_named(tmp_path, content):
    (tmp_path / "azureProfile.json").write_bytes(content)
    with pytest.raises(Denied, match="from .*azureProfile.json: run az login again, or set subscription_id"):
        merge({}, {"AZURE_CONFIG_DIR": str(tmp_path), "HOME": "/nowhere"})
    assert merge({"subscription_id": "mine"}, {"AZURE_CONFIG_DIR": str(tmp_path), "HOME": "/nowhere"}).subscription_id == "mine"


def test_the_password_of_a_certificate_comes_from_the_environment():
    environ = {"AZURE_CLIENT_CERTIFICATE_PASSWORD": "Op3n", "HOME": "/nowhere"}
    assert merge({"x509_certificate_path": "/c.pem"}, environ).certificate_password == "Op3n"
    assert merge({}, {**environ, "AZURE_CLIENT_CERTIFICATE_PASSWORD": ""}).certificate_password is None


def test_secrets_are_not_shown():
    environ = {"AZURE_CLIENT_CERTIFICATE_PASSWORD": "Op3n", "HOME": "/nowhere"}
    shown = repr(merge({"secret": "s3cret"}, environ))
    assert "s3cret" not in shown
    assert "Op3n" not in shown


def test_every_option_may_be_an_empty_string():
    empty = ArgumentSpecValidator(AZURE).validate(dict.fromkeys(AZURE, ""))
    assert empty.error_messages == []
    environ = {"AZURE_CLIENT_ID": "c", "AZURE_SECRET": "s", "AZURE_TENANT": "t", "HOME": "/nowhere"}
    assert merge(empty.validated_parameters, environ) == merge({}, environ)


@pytest.mark.parametrize("given", [True, "true", "yes"])
def test_a_flag_may_be_any_boolean_of_ansible(given):
    options = ArgumentSpecValidator(AZURE).validate({"disable_instance_discovery": given})
    assert merge(options.validated_parameters, {"HOME": "/nowhere"}).disable_instance_discovery is True


CERTIFICATE = "x509_certificate_path"


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"secret": "s"}, "secret alone: set AZURE_CLIENT_ID (option client_id) and AZURE_TENANT (option tenant)."),
        ({"secret": "s", "client_id": "c"}, "client_id and secret alone: set AZURE_TENANT (option tenant)."),
        ({"secret": "s", "tenant": "t"}, "secret and tenant alone: set AZURE_CLIENT_ID (option client_id)."),
        ({"oidc_token": "j", "tenant": "t"}, "oidc_token and tenant alone: set AZURE_CLIENT_ID (option client_id)."),
        ({CERTIFICATE: "/c", "client_id": "c"}, f"client_id and {CERTIFICATE} alone: set AZURE_TENANT (option tenant)."),
        (
            {"client_id": "c", "tenant": "t"},
            "client_id and tenant alone: set AZURE_SECRET (option secret), or set a certificate or a token,"
            " or set auth_source to cli or msi.",
        ),
        ({"ad_user": "bob"}, "ad_user alone: set AZURE_PASSWORD (option password)."),
        ({"ad_user": "bob", "tenant": "t"}, "ad_user and tenant alone: set AZURE_PASSWORD (option password)."),
        ({"password": "p"}, "password alone: set AZURE_AD_USER (option ad_user)."),
        (
            {"thumbprint": "00", "client_id": "c", "tenant": "t"},
            "client_id, tenant and thumbprint alone: set AZURE_X509_CERTIFICATE_PATH (option x509_certificate_path).",
        ),
    ],
)
def test_incomplete_credentials_name_the_missing_options(params, text):
    for given, environ in ((params, {}), ({}, {VARIABLES[option][0]: value for option, value in params.items()})):
        with pytest.raises(Denied) as denied:
            require_complete(merge(given, {**environ, "HOME": "/nowhere"}))
        assert denied.value.message == f"cannot sign in with {text}"


APPLICATION = {"AZURE_CLIENT_ID": "c", "AZURE_TENANT": "t", "AZURE_SECRET": "s"}


@pytest.mark.parametrize(("params", "text"), [
    ({"ad_user": "bob"}, "ad_user, client_id and tenant alone: set AZURE_PASSWORD (option password)."),
    ({"password": "p"}, "client_id, password and tenant alone: set AZURE_AD_USER (option ad_user)."),
    ({"thumbprint": "00"}, f"client_id, tenant and thumbprint alone: set AZURE_X509_CERTIFICATE_PATH (option {CERTIFICATE})."),
])  # fmt: skip
def test_a_part_of_a_credential_in_a_task_or_a_named_profile_is_not_replaced_by_the_environment(tmp_path, params, text):
    (tmp_path / ".azure").mkdir()
    (tmp_path / ".azure" / "credentials").write_text("[p]\n" + "".join(f"{option} = {value}\n" for option, value in params.items()))
    for given in (params, {"profile": "p"}):
        with pytest.raises(Denied) as denied:
            require_complete(merge(given, {**APPLICATION, "HOME": str(tmp_path)}))
        assert denied.value.message == f"cannot sign in with {text}"


@pytest.mark.parametrize(("params", "variables", "proof"), [
    ({"ad_user": "bob"}, {"AZURE_PASSWORD": "p"}, "password"),
    ({"thumbprint": "00"}, {"AZURE_CLIENT_CERTIFICATE_PATH": "/c.pem"}, CERTIFICATE),
    ({"thumbprint": "00", "secret": "mine"}, {}, "secret"), ({}, {"AZURE_USERNAME": "of another tool"}, "secret"),
])  # fmt: skip
def test_a_part_of_a_credential_is_completed_by_the_environment(params, variables, proof):
    merged = merge(params, {**APPLICATION, **variables, "HOME": "/nowhere"})
    require_complete(merged)
    assert merged.proof == proof


def unreadable(kind, path):
    """Put something that cannot be read in the place of a file."""
    path.parent.mkdir(exist_ok=True)
    if kind == "directory":
        path.mkdir()
    if kind == "broken link":
        path.symlink_to(path.parent / "gone")
    if kind == "file for a folder":
        path.parent.rmdir()
        path.parent.write_text("")


@pytest.mark.parametrize("kind", ["directory", "broken link", "file for a folder", "absent"])
def test_an_optional_file_that_cannot_be_read_is_absent(tmp_path, kind):
    for name in ("credentials", "azureProfile.json"):
        home = tmp_path / name
        home.mkdir()
        unreadable(kind, home / ".azure" / name)
        assert merge({}, {**APPLICATION, "HOME": str(home)}).proof == "secret"
        assert merge({}, {"HOME": str(home)}).subscription_id is None


@pytest.mark.parametrize("failing", ["stat", "open"])
@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(116, "Stale file handle")], ids=str)
def test_a_home_of_another_user_holds_no_credentials(monkeypatch, home, failing, error):
    def fails(*_arguments, **_options):
        raise error

    monkeypatch.setattr(Path, failing, fails)
    assert merge({}, {**APPLICATION, "HOME": home}).proof == "secret"
    assert merge({}, {"HOME": home}).subscription_id is None
    with pytest.raises(Denied, match=f"cannot read the profile 'gov' from .*/credentials .{error.strerror}"):
        monkeypatch.setattr(Path, "read_text", fails)
        merge({"profile": "gov"}, {**APPLICATION, "HOME": home})
    with pytest.raises(Denied, match="cannot read the Azure CLI's current subscription from .*azureProfile.json"):
        merge({}, {"AZURE_CONFIG_DIR": home, "HOME": "/nowhere"})


def test_a_user_without_a_home_has_no_credential_file(monkeypatch):
    def without_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", without_home)
    assert merge({}, APPLICATION).proof == "secret"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"client_id": "of a managed identity"},
        {"tenant": "t"},
        {"client_id": "c", "tenant": "t", "secret": "s"},
        {"client_id": "c", "tenant": "t", "oidc_token_file_path": "/t"},
        {"client_id": "c", "tenant": "t", "auth_source": "msi"},
        {"client_id": "c", "tenant": "t", "auth_source": "cli"},
        {"ad_user": "bob", "password": "p"},
        {"ad_user": "bob", "client_id": "c", "tenant": "t", "secret": "s"},
    ],
)
def test_credentials_that_may_be_complete_are_accepted(params):
    require_complete(merge(params, {"HOME": "/nowhere"}))
