# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of the options of ``gallery_image``."""

from __future__ import annotations

from tests.support.option_cases import CHANGED, REFUSED, OptionCase

BASE = {
    "name": "web",
    "os_type": "Linux",
    "os_state": "generalized",
    "identifier": {"publisher": "example", "offer": "web", "sku": "debian-12"},
}
"""The options that are required to create a definition, but for its gallery."""
PLAN = {"purchase_plan": {"name": "byol", "publisher": "example", "product": "debian-12"}}
OPEN = {"allow_update_image": True}
_FEATURE = "properties.features.0.value"
_HIBERNATE = [{"name": "IsHibernateSupported", "value": "True"}]

CASES = [
    OptionCase("location", "westeurope", "northeurope", REFUSED, "location"),
    OptionCase("os_type", "Linux", "Windows", REFUSED, "properties.osType"),
    OptionCase("os_state", "generalized", "specialized", REFUSED, "properties.osState", values=("Generalized", "Specialized")),
    OptionCase("hyper_v_generation", "V1", "V2", REFUSED, "properties.hyperVGeneration"),
    OptionCase("architecture", "Arm64", "x64", REFUSED, "properties.architecture"),
    OptionCase("identifier.publisher", "one", "two", REFUSED, "properties.identifier.publisher"),
    OptionCase("identifier.offer", "one", "two", REFUSED, "properties.identifier.offer"),
    OptionCase("identifier.sku", "one", "two", REFUSED, "properties.identifier.sku"),
    OptionCase("description", "one", "two", CHANGED, "properties.description"),
    OptionCase("eula", "https://a.example", "https://b.example", REFUSED, "properties.eula"),
    OptionCase("privacy_statement_uri", "https://a.example", "https://b.example", REFUSED, "properties.privacyStatementUri"),
    OptionCase("release_note_uri", "https://a.example", "https://b.example", CHANGED, "properties.releaseNoteUri"),
    OptionCase(
        "end_of_life_date", "2036-12-31", "2037-06-30T12:00:00Z", CHANGED, "properties.endOfLifeDate",
        values=("2036-12-31T00:00:00+00:00", "2037-06-30T12:00:00+00:00"),
    ),
    OptionCase("recommended.v_cpus.min", 2, 4, CHANGED, "properties.recommended.vCPUs.min"),
    OptionCase("recommended.v_cpus.max", 8, 16, CHANGED, "properties.recommended.vCPUs.max"),
    OptionCase("recommended.memory.min", 4, 8, CHANGED, "properties.recommended.memory.min"),
    OptionCase("recommended.memory.max", 32, 64, CHANGED, "properties.recommended.memory.max"),
    OptionCase("disallowed_disk_types", ["Standard_LRS"], ["Premium_LRS"], CHANGED, "properties.disallowed.diskTypes"),
    OptionCase("purchase_plan.name", "one", "two", REFUSED, "properties.purchasePlan.name", extra=PLAN),
    OptionCase("purchase_plan.publisher", "one", "two", REFUSED, "properties.purchasePlan.publisher", extra=PLAN),
    OptionCase("purchase_plan.product", "one", "two", REFUSED, "properties.purchasePlan.product", extra=PLAN),
    OptionCase("security_type", "TrustedLaunchSupported", "ConfidentialVMSupported", REFUSED, _FEATURE),
    OptionCase("disk_controller_types", ["NVMe", "SCSI"], ["SCSI"], REFUSED, _FEATURE, values=("SCSI, NVMe", "SCSI")),
    OptionCase("accelerated_networking", True, False, REFUSED, _FEATURE, values=("True", "False")),
    OptionCase("hibernation", True, False, REFUSED, _FEATURE, values=("True", "False")),
    OptionCase("features.value", "True", "False", REFUSED, _FEATURE, extra={"features": _HIBERNATE}, named="features.IsHibernateSupported"),
    OptionCase(
        "features.starts_at_version", "1.0.0", "2.0.0", REFUSED, "properties.features.0.startsAtVersion", extra={"features": _HIBERNATE},
        named="features.IsHibernateSupported.starts_at_version",
    ),
    OptionCase("allow_update_image", True, False, CHANGED, "properties.allowUpdateImage"),
    OptionCase("tags", {"a": "1"}, {"b": "2"}, CHANGED, "tags", values=({"a": "1"}, {"a": "1", "b": "2"})),
]  # fmt: skip
TESTS = ("test_gallery_image.py",)
ELSEWHERE = {
    "gallery": "test_a_gallery_is_named_by_id_name_or_dictionary",
    "name": "test_names_are_compared_without_case",
    "resource_group": "test_a_gallery_is_named_by_id_name_or_dictionary",
    "state": "test_a_definition_without_versions_is_deleted",
    "recreate": "test_a_definition_without_versions_is_replaced",
    "features.name": "test_features_that_are_not_named_are_kept",
    "append_tags": "test_tags_are_added_or_replaced",
    "wait_timeout": "test_a_task_ends_at_its_time_limit",
}
"""Options without a stored value of their own, and the lab test of each."""
