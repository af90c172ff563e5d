# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option table AZURE: who one is in Azure, and where."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  auth_source:
    description:
      - Where the proof of identity comes from.
      - V(auto) takes the first that holds one of the task's options, the environment, the credential file; failing all,
        the Azure CLI, then the machine's managed identity if there is one to ask. Where O(profile) or E(AZURE_PROFILE) names a
        section of the credential file, that goes before the environment.
      - Half a sign-in, for example O(client_id) and O(tenant) without O(secret), is refused in V(auto), so that no other identity
        does the work; V(cli) and V(msi) need none.
      - V(msi) is the machine's managed identity, with O(client_id) for a user-assigned one.
      - Default is the environment variable E(ANSIBLE_AZURE_AUTH_SOURCE), else V(auto).
    type: str
    choices: ["", auto, cli, credential_file, env, msi]
  profile:
    description: Section of C(~/.azure/credentials) to read. Default is E(AZURE_PROFILE), else C([default]) if that file exists.
    type: str
  subscription_id:
    description:
      - Subscription to work in. Default is E(AZURE_SUBSCRIPTION_ID), else the Azure CLI's current one, else the only one
        that the identity can see.
    type: str
  client_id:
    description: Application (client) id. Default is E(AZURE_CLIENT_ID).
    type: str
  secret:
    description: Client secret. Default is E(AZURE_SECRET), else E(AZURE_CLIENT_SECRET).
    type: str
  tenant:
    description: Tenant id or domain. Default is E(AZURE_TENANT), else E(AZURE_TENANT_ID).
    type: str
  ad_user:
    description:
      - User name, with O(password). Default is E(AZURE_AD_USER), else E(AZURE_USERNAME).
      - Users who must prove themselves twice cannot sign in this way; an application can.
    type: str
  password:
    description: Password of O(ad_user). Default is E(AZURE_PASSWORD).
    type: str
  cloud_environment:
    description:
      - V(AzureCloud), V(AzureChinaCloud), V(AzureUSGovernment), V(AzureGermanCloud), or the C(https://) address of a
        Resource Manager, whose C(/metadata/endpoints) then says the rest.
      - Default is E(AZURE_CLOUD_ENVIRONMENT), else V(AzureCloud).
    type: str
  cert_validation_mode:
    description:
      - Certificates are always validated. V(ignore) is refused; to trust a private CA, set E(REQUESTS_CA_BUNDLE) to its file.
      - Default is E(AZURE_CERT_VALIDATION_MODE).
    type: str
    choices: ["", validate, ignore]
  api_profile:
    description: Each call states its own API version, so V(latest) is the only profile.
    type: str
    default: latest
    choices: ["", latest]
  adfs_authority_url:
    description:
      - Address of the authority to sign in at, for example AD FS, instead of the cloud's own.
      - Default is E(AZURE_ADFS_AUTHORITY_URL), else E(AZURE_AUTHORITY_HOST).
    type: str
  x509_certificate_path:
    description:
      - File with the certificate and private key of the application, PEM or PKCS12. Its password, if it has one, is read
        from E(AZURE_CLIENT_CERTIFICATE_PASSWORD).
      - Default is E(AZURE_X509_CERTIFICATE_PATH), else E(AZURE_CLIENT_CERTIFICATE_PATH).
    type: path
  thumbprint:
    description: SHA-1 thumbprint that the certificate must have. Default is E(AZURE_THUMBPRINT). It need not be given.
    type: str
  disable_instance_discovery:
    description:
      - Whether to sign in without first asking Microsoft whether the authority is one of theirs.
      - Default is E(AZURE_DISABLE_INSTANCE_DISCOVERY), else true for a cloud given by its address, and false for all others.
    type: str
  oidc_token:
    description: A token of another identity provider that the application trusts. Default is E(AZURE_FEDERATED_TOKEN).
    type: str
  oidc_token_file_path:
    description: File with such a token (workload identity); it is read again when needed. Default is E(AZURE_FEDERATED_TOKEN_FILE).
    type: path
  log_mode:
    description: Accepted, without effect, so that C(module_defaults) written for C(azure.azcollection) can be shared.
    type: str
  log_path:
    description: Accepted, without effect, so that C(module_defaults) written for C(azure.azcollection) can be shared.
    type: str
requirements:
  - python >= 3.10
  - azure-core >= 1.31.0
  - azure-identity >= 1.19.0
  - azure-mgmt-compute >= 33.0.0
  - urllib3 >= 1.26
notes:
  - Options, environment and credential file are merged, value by value; an empty text counts as no value.
  - Cloud modules run where the credentials are, that is on the controller. In a play about other hosts, write C(delegate_to=localhost).
"""
