# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that every module has and that say nothing about its resource, with the test that holds each.

They are read in one place for all modules, before a module begins with its own work, so that a case for each module would add nothing.
"""

from __future__ import annotations

_FOLDER = "tests/unit/gateway/sign_in"
_CREDENTIALS, _IDENTITY = f"{_FOLDER}/test_credentials.py", f"{_FOLDER}/test_identity.py"

SHARED = {
    "auth_source": f"{_CREDENTIALS}::test_auth_source_names_the_source",
    "profile": f"{_CREDENTIALS}::test_a_named_profile_goes_before_the_environment",
    "subscription_id": f"{_CREDENTIALS}::test_an_invalid_subscription_is_refused_with_its_source",
    "client_id": f"{_IDENTITY}::test_a_client_secret_signs_in_an_application",
    "secret": f"{_IDENTITY}::test_a_client_secret_signs_in_an_application",
    "tenant": f"{_CREDENTIALS}::test_an_option_goes_before_a_variable_and_a_variable_before_the_file",
    "ad_user": f"{_IDENTITY}::test_a_user_signs_in_with_a_password",
    "password": f"{_IDENTITY}::test_a_user_signs_in_with_a_password",
    "cloud_environment": f"{_FOLDER}/test_clouds.py::test_a_custom_cloud_is_read_without_a_token_and_then_used",
    "cert_validation_mode": f"{_CREDENTIALS}::test_invalid_values_are_refused_in_one_sentence",
    "api_profile": f"{_CREDENTIALS}::test_options_without_an_effect_change_nothing",
    "adfs_authority_url": f"{_IDENTITY}::test_the_address_of_the_sign_in",
    "x509_certificate_path": f"{_IDENTITY}::test_a_certificate_is_loaded",
    "thumbprint": f"{_IDENTITY}::test_another_certificate_than_that_of_the_thumbprint_is_refused",
    "disable_instance_discovery": f"{_CREDENTIALS}::test_a_flag_may_be_any_boolean_of_ansible",
    "oidc_token": f"{_IDENTITY}::test_a_token_is_sent_as_an_assertion",
    "oidc_token_file_path": f"{_IDENTITY}::test_a_token_file_is_passed_by_its_path",
    "log_mode": f"{_CREDENTIALS}::test_options_without_an_effect_change_nothing",
    "log_path": f"{_CREDENTIALS}::test_options_without_an_effect_change_nothing",
}
