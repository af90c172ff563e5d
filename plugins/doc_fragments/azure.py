# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the option table AZURE: credentials, subscription and cloud."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  auth_source:
    description:
      - Which credential source to use.
      - "V(auto) uses the first source that holds a credential, in this order: the task's options, the environment, the credential file,
        the Azure CLI, the managed identity of the machine. If O(profile) or E(AZURE_PROFILE) names a section of the credential file,
        that file comes before the environment."
      - V(auto) refuses an incomplete credential, for example O(client_id) and O(tenant) without O(secret), so that the task
        never runs as another identity. V(cli) and V(msi) do not need these options.
      - V(msi) uses the managed identity of the machine. For a user-assigned identity, set O(client_id) too.
      - Defaults to the environment variable E(ANSIBLE_AZURE_AUTH_SOURCE), else V(auto).
    type: str
    choices: ["", auto, cli, credential_file, env, msi]
  profile:
    description: Section of C(~/.azure/credentials) to read. Defaults to E(AZURE_PROFILE), else C([default]) if that file exists.
    type: str
  subscription_id:
    description:
      - Id of the subscription to use.
      - Defaults to E(AZURE_SUBSCRIPTION_ID), else to the current subscription of the Azure CLI, else to the subscription that the
        identity can see, if there is exactly one.
    type: str
  client_id:
    description: Application (client) id. Defaults to E(AZURE_CLIENT_ID).
    type: str
  secret:
    description: Client secret. Defaults to E(AZURE_SECRET), else E(AZURE_CLIENT_SECRET).
    type: str
  tenant:
    description: Tenant id or domain. Defaults to E(AZURE_TENANT), else E(AZURE_TENANT_ID).
    type: str
  ad_user:
    description:
      - User name; requires O(password). Defaults to E(AZURE_AD_USER), else E(AZURE_USERNAME).
      - Accounts with multi-factor authentication cannot use this option; use a service principal.
    type: str
  password:
    description: Password of O(ad_user). Defaults to E(AZURE_PASSWORD).
    type: str
  cloud_environment:
    description:
      - V(AzureCloud), V(AzureChinaCloud), V(AzureUSGovernment), V(AzureGermanCloud), or the C(https://) address of a
        Resource Manager. The other endpoints of such a cloud are read from C(/metadata/endpoints) at this address.
      - Defaults to E(AZURE_CLOUD_ENVIRONMENT), else V(AzureCloud).
    type: str
  cert_validation_mode:
    description:
      - Certificates are always validated, and V(ignore) is refused. To trust a private CA, set E(REQUESTS_CA_BUNDLE) to the path of
        its certificate file.
      - Defaults to E(AZURE_CERT_VALIDATION_MODE).
    type: str
    choices: ["", validate, ignore]
  api_profile:
    description: Must be V(latest). Every request states its own API version, so there are no other profiles.
    type: str
    default: latest
    choices: ["", latest]
  adfs_authority_url:
    description:
      - Address of the authority to sign in to, for example AD FS. Must start with C(https://).
      - Defaults to E(AZURE_ADFS_AUTHORITY_URL), else E(AZURE_AUTHORITY_HOST), else the authority of the cloud.
    type: str
  x509_certificate_path:
    description:
      - File with the certificate and the private key of the application, in PEM or PKCS12 format. If the file has a password, set
        E(AZURE_CLIENT_CERTIFICATE_PASSWORD).
      - Defaults to E(AZURE_X509_CERTIFICATE_PATH), else E(AZURE_CLIENT_CERTIFICATE_PATH).
    type: path
  thumbprint:
    description:
      - SHA-1 thumbprint that the certificate must have. If omitted, the thumbprint is not checked.
      - Defaults to E(AZURE_THUMBPRINT).
    type: str
  disable_instance_discovery:
    description:
      - Whether to sign in without asking Microsoft first whether the authority is valid.
      - Defaults to E(AZURE_DISABLE_INSTANCE_DISCOVERY), else to true if O(cloud_environment) is an address, and to false otherwise.
    type: str
  oidc_token:
    description: Token of another identity provider that the application trusts. Defaults to E(AZURE_FEDERATED_TOKEN).
    type: str
  oidc_token_file_path:
    description:
      - File with such a token (workload identity). It is read again whenever a token is needed.
      - Defaults to E(AZURE_FEDERATED_TOKEN_FILE).
    type: path
  log_mode:
    description: Accepted and ignored, so that C(module_defaults) written for C(azure.azcollection) can be shared.
    type: str
  log_path:
    description: Accepted and ignored, so that C(module_defaults) written for C(azure.azcollection) can be shared.
    type: str
requirements:
  - python >= 3.10
  - azure-core >= 1.31.0
  - azure-identity >= 1.19.0
  - azure-mgmt-compute >= 33.0.0
  - requests >= 2.25
  - urllib3 >= 1.26
notes:
  - Options, environment variables and the credential file are merged value by value. In the options for credentials, an empty string
    counts as omitted.
  - "The modules must run on a machine that has the credentials, usually the controller. In a play for other hosts, set
    C(delegate_to: localhost) on the task."
"""
