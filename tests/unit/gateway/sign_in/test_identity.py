# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The azure-identity credential for each kind of proof. It is constructed but not used: nothing signs in here."""

from __future__ import annotations

import datetime

import azure.identity
import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sign_in import identity as module
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sign_in.clouds import WELL_KNOWN, Cloud
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sign_in.credentials import Credentials
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PUBLIC = WELL_KNOWN["azurecloud"]
LAB = Cloud("lab", "https://arm.lab", "https://login.lab", "https://arm.lab", known=False)


@pytest.fixture
def made(monkeypatch):
    """The credentials that were constructed: class name, positional and named arguments."""
    calls = []

    def recorder(name):
        def construct(*args, **kwargs):
            calls.append((name, args, kwargs))
            return name

        return construct

    for name in [name for name in azure.identity.__all__ if name.endswith("Credential")]:
        monkeypatch.setattr(azure.identity, name, recorder(name))
    return calls


def build(proof, cloud=PUBLIC, answers=False, **values):
    return module.identity(Credentials(proof=proof, **values), cloud, "transport", lambda: answers)


APPLICATION = {"tenant": "t", "client_id": "c"}


def test_a_client_secret_signs_in_an_application(made):
    build("secret", secrets={"secret": "s"}, **APPLICATION)
    options = {"authority": "https://login.microsoftonline.com", "disable_instance_discovery": False, "transport": "transport"}
    assert made == [("ClientSecretCredential", ("t", "c", "s"), options)]


def test_a_token_is_sent_as_an_assertion(made):
    build("oidc_token", secrets={"oidc_token": "jwt"}, **APPLICATION)
    ((name, args, options),) = made
    assert (name, args, options["func"]()) == ("ClientAssertionCredential", ("t", "c"), "jwt")


@pytest.fixture
def token_file(tmp_path):
    """A file with a token of another identity provider."""
    path = tmp_path / "token"
    path.write_text("jwt")
    return str(path)


def test_a_token_file_is_passed_by_its_path(made, token_file):
    build("oidc_token_file_path", secrets={"oidc_token_file_path": token_file}, **APPLICATION)
    ((name, _args, options),) = made
    assert name == "WorkloadIdentityCredential"
    assert {key: options[key] for key in ("tenant_id", "client_id", "token_file_path")} == {
        "tenant_id": "t",
        "client_id": "c",
        "token_file_path": token_file,
    }


def test_a_missing_token_file_is_refused():
    with pytest.raises(Denied, match="oidc_token_file_path: cannot read /nowhere/token: No such file"):
        build("oidc_token_file_path", secrets={"oidc_token_file_path": "/nowhere/token"}, **APPLICATION)


@pytest.mark.parametrize(("proof", "values"), [
    ("secret", {"client_id": "c"}), ("oidc_token", {"client_id": "c"}), ("password", {"ad_user": "bob"}), ("cli", {}), ("ambient", {}),
])  # fmt: skip
def test_an_invalid_tenant_is_refused(proof, values):
    with pytest.raises(InvalidRequest, match="tenant: must be the id or a domain of a tenant, not 'my tenant'"):
        build(proof, tenant="my tenant", secrets={proof: "s"}, **values)


@pytest.mark.parametrize(("cloud", "values", "option"), [
    (PUBLIC, {"adfs_authority_url": "http://adfs.mine"}, "adfs_authority_url"),
    (Cloud("lab", "https://arm.lab", "http://login.lab", "https://arm.lab", known=False), {}, "cloud_environment"),
], ids=["option", "cloud"])  # fmt: skip
def test_the_sign_in_address_must_be_https(cloud, values, option):
    with pytest.raises(InvalidRequest, match=f"{option}: the sign-in address must start with https://, but is 'http://"):
        build("secret", cloud, secrets={"secret": "s"}, **APPLICATION, **values)


def test_the_sign_in_address_may_be_a_host_alone(made):
    build("secret", adfs_authority_url="login.mine", secrets={"secret": "s"}, **APPLICATION)
    assert made[0][2]["authority"] == "login.mine"


def test_a_user_signs_in_with_a_password(made):
    build("password", ad_user="bob", secrets={"password": "pw"})
    ((name, args, options),) = made
    assert (name, args, options["tenant_id"]) == ("UsernamePasswordCredential", (module.CLI_CLIENT, "bob", "pw"), "organizations")


def test_a_managed_identity_signs_in(made):
    build("msi", client_id="c")
    assert made == [("ManagedIdentityCredential", (), {"client_id": "c", "transport": "transport"})]


def test_the_azure_cli_signs_in_alone(made):
    assert build("cli", answers=True) == "AzureCliCredential"


def test_without_credentials_the_azure_cli_and_then_a_managed_identity_are_used(made):
    build("ambient", answers=False)
    assert [name for name, _args, _options in made] == ["AzureCliCredential"]
    made.clear()
    build("ambient", answers=True)
    assert [name for name, _args, _options in made] == ["AzureCliCredential", "ManagedIdentityCredential"]


class Source:
    """A source that may have an identity."""

    def __init__(self, answer):
        self.answer = answer

    def get_token(self, *_scopes, **_options):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


UNAVAILABLE = Source(CredentialUnavailableError("Azure CLI not found on path"))


def test_the_first_source_with_an_identity_is_used():
    assert module.Ambient(UNAVAILABLE, Source("a token"), Source("another")).get_token("scope") == "a token"


def test_without_any_identity_the_error_names_the_variables_and_each_reason():
    nowhere = Source(
        CredentialUnavailableError("ManagedIdentityCredential authentication unavailable, no response\nfrom the IMDS endpoint.")
    )
    with pytest.raises(Denied) as denied:
        module.Ambient(UNAVAILABLE, nowhere).get_token("scope")
    assert denied.value.message == (
        "no credentials were found: set AZURE_CLIENT_ID (option client_id), AZURE_SECRET (option secret), AZURE_TENANT (option tenant),"
        " AZURE_SUBSCRIPTION_ID (option subscription_id), or run az login"
        " (the Azure CLI: not found on the path; managed identity: not available here, no response from the IMDS endpoint)."
    )


def test_a_refused_identity_keeps_its_reason():
    refused = ClientAuthenticationError("AADSTS50173: the grant is expired")
    with pytest.raises(ClientAuthenticationError, match="AADSTS50173"):
        module.Ambient(Source(refused), Source("a token")).get_token("scope")


@pytest.mark.parametrize(
    ("cloud", "values", "authority", "no_discovery"),
    [
        (LAB, {}, "https://login.lab", True),
        (LAB, {"disable_instance_discovery": False}, "https://login.lab", False),
        (PUBLIC, {"disable_instance_discovery": True}, "https://login.microsoftonline.com", True),
        (PUBLIC, {"adfs_authority_url": "https://adfs.mine"}, "https://adfs.mine", False),
    ],
)
def test_the_address_of_the_sign_in(made, cloud, values, authority, no_discovery):
    build("secret", cloud, secrets={"secret": "s"}, **APPLICATION, **values)
    options = made[0][2]
    assert (options["authority"], options["disable_instance_discovery"]) == (authority, no_discovery)


@pytest.mark.parametrize(("values", "text"), [({"tenant": "t"}, "set AZURE_CLIENT_ID"), ({"client_id": "c"}, "set AZURE_TENANT")])
def test_an_incomplete_application_is_refused(values, text):
    with pytest.raises(Denied, match=text):
        build("secret", secrets={"secret": "s"}, **values)


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate with its key, and its thumbprint."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(days=1))).sign(
        key, hashes.SHA256()
    )
    unlocked = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked)
    path = tmp_path / "c.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    locked = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"Op3n")
    )
    (tmp_path / "locked.pem").write_bytes(locked + made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nno end")
    return str(path), made.fingerprint(hashes.SHA1()).hex()


def test_a_certificate_is_loaded(certificate):
    path, thumbprint = certificate
    values = {"secrets": {"x509_certificate_path": path}, "thumbprint": thumbprint.upper(), **APPLICATION}
    made = module.identity(Credentials(proof="x509_certificate_path", **values), LAB, None)
    assert isinstance(made, azure.identity.CertificateCredential)


def test_another_certificate_than_that_of_the_thumbprint_is_refused(certificate):
    with pytest.raises(InvalidRequest, match="has another thumbprint"):
        build("x509_certificate_path", secrets={"x509_certificate_path": certificate[0]}, thumbprint="00:11", **APPLICATION)
    with pytest.raises(Denied, match="cannot read /nowhere/c.pem: No such file"):
        build("x509_certificate_path", secrets={"x509_certificate_path": "/nowhere/c.pem"}, **APPLICATION)


def test_a_certificate_may_have_a_password(certificate):
    path = certificate[0].replace("c.pem", "locked.pem")
    values = {"secrets": {"x509_certificate_path": path}, **APPLICATION}
    made = module.identity(Credentials(proof="x509_certificate_path", certificate_password="Op3n", **values), LAB, None)
    assert isinstance(made, azure.identity.CertificateCredential)


@pytest.mark.parametrize(("name", "password"), [("locked.pem", None), ("locked.pem", "wrong"), ("broken.pem", None)])
def test_an_unusable_certificate_is_refused(certificate, name, password):
    path = certificate[0].replace("c.pem", name)
    values = {"secrets": {"x509_certificate_path": path}, "certificate_password": password, "thumbprint": certificate[1], **APPLICATION}
    with pytest.raises(Denied, match=f"x509_certificate_path: .*{name} is not a usable certificate with a private key: "):
        module.identity(Credentials(proof="x509_certificate_path", **values), LAB, None)


@pytest.mark.filterwarnings("ignore:UsernamePasswordCredential is deprecated:DeprecationWarning")
@pytest.mark.parametrize("proof", ["secret", "oidc_token", "oidc_token_file_path", "password"])
def test_the_real_classes_accept_their_arguments(proof, token_file):
    made = module.identity(Credentials(proof=proof, ad_user="bob", secrets={proof: token_file}, **APPLICATION), LAB, None)
    assert hasattr(made, "get_token")


@pytest.mark.parametrize("proof", ["msi", "cli", "ambient"])
def test_the_real_classes_for_the_identity_of_a_machine_accept_their_arguments(proof):
    assert hasattr(module.identity(Credentials(proof=proof), LAB, None, lambda: True), "get_token")


def test_a_managed_identity_that_a_service_announces_is_assumed(monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1")
    assert module.imds_answers() is True


def test_a_managed_identity_is_looked_for_at_the_metadata_service(monkeypatch):
    for name in module.IDENTITY_SERVICES:
        monkeypatch.delenv(name, raising=False)
    asked = []

    def refuse(address, timeout):
        asked.append((address, timeout))
        raise OSError("no route")

    monkeypatch.setattr(module.socket, "create_connection", refuse)
    assert module.imds_answers() is False
    assert asked == [(("169.254.169.254", 80), 0.5)]
