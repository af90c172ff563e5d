# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery from options to result, against an Azure in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied
from ansible_collections.goldenimage.azure.plugins.modules import gallery

from tests.support.fakes import FakeAzure
from tests.support.gallery_values import DEFINITION, DIRECT, PRIVATE, PUBLIC, PUBLISHER
from tests.support.module_runner import ModuleRunner

BASE = {"resource_group": "images", "name": "hub"}
IDS = [f"{number:08}-0000-0000-0000-000000000000" for number in range(40)]
COMMUNITY = {
    "permissions": "community",
    "community": {
        "publisher_uri": PUBLISHER["publisherUri"],
        "publisher_contact": PUBLISHER["publisherContact"],
        "eula": PUBLISHER["eula"],
        "public_name_prefix": PUBLISHER["publicNamePrefix"],
    },
}


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(gallery, monkeypatch)


def body(azure: FakeAzure) -> dict:
    """The body of the only write."""
    (write,) = azure.writes
    return write[3]


def test_a_gallery_is_created_private_in_the_region_of_its_group(run):
    azure = FakeAzure()
    assert run.predict_do_repeat(azure, **BASE)["steps"] == ["create gallery hub"]
    assert body(azure) == {"location": "westeurope", "tags": {}, "properties": {}}


def test_a_gallery_for_everybody_is_created_with_its_publisher_and_then_shared(run):
    azure = FakeAzure()
    done = run.predict_do_repeat(azure, **BASE, sharing={**COMMUNITY, "enabled": True})
    created, shared = azure.writes
    assert created[3]["properties"] == {"sharingProfile": {"permissions": "Community", "communityGalleryInfo": PUBLISHER}}
    assert shared == ("share", "gallery", "hub", {"operationType": "EnableCommunity", "groups": []})
    assert done["gallery"]["sharing_profile"]["community_gallery_info"]["public_names"] == ["prefix-1"]


def test_only_what_differs_is_sent(run):
    """The rest stays as it is stored: soft delete, which Azure may refuse to be sent back, identities, and what a later Azure adds."""
    stored = {**PUBLIC.properties, "description": "old", "softDeletePolicy": {"isSoftDeleteEnabled": False}, "later": {"a": 1}}
    azure = FakeAzure(galleries=[replace(PUBLIC, properties=stored)])
    done = run.predict_do_repeat(azure, **BASE, description="new")
    assert azure.written == ["change gallery hub"]
    assert body(azure) == {"properties": {"description": "new"}}
    assert done["steps"] == ["change description of gallery hub"]


def test_tags_change_without_properties(run):
    azure = FakeAzure(galleries=[PRIVATE])
    run.predict_do_repeat(azure, **BASE, tags={"a": "1"})
    assert body(azure) == {"tags": {"owner": "me", "a": "1"}}


def test_a_change_of_the_publisher_sends_all_of_it(run):
    azure = FakeAzure(galleries=[PUBLIC])
    run.predict_do_repeat(azure, **BASE, sharing={"community": {"eula": "new"}})
    assert body(azure)["properties"]["sharingProfile"] == {
        "permissions": "Community",
        "communityGalleryInfo": {**PUBLISHER, "eula": "new"},
    }


def test_what_a_task_omits_is_kept(run):
    azure = FakeAzure(galleries=[replace(PUBLIC, properties={**PUBLIC.properties, "description": "kept"})])
    run(azure, **BASE, description="", location="", sharing={"permissions": "", "community": {"eula": ""}})
    assert azure.writes == []


def test_a_region_is_compared_by_its_short_name(run):
    azure = FakeAzure(galleries=[replace(PRIVATE, location="westeurope")])
    assert run(azure, **BASE, location="West Europe")["changed"] is False


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"location": "northeurope"}, ("its location is 'westeurope', not 'northeurope'", "set recreate: true")),
        (
            {"sharing": {"permissions": "groups"}},
            ("its sharing.permissions is 'Private', not 'Groups'", "'gallery.properties.sharingProfile.permissions' is not allowed."),
        ),
    ],
)
def test_what_never_changes_is_refused_with_both_values(run, options, parts):
    azure = FakeAzure(galleries=[PRIVATE], read_only=True)
    message = run(azure, **BASE, **options)["msg"]
    for part in parts:
        assert part in message


def test_ids_are_added_to_those_that_a_gallery_is_shared_with(run):
    shared = {"sharingProfile": {"permissions": "Groups", "groups": [{"type": "Subscriptions", "ids": [IDS[0]]}]}}
    azure = FakeAzure(galleries=[replace(DIRECT, properties=shared)])
    done = run.predict_do_repeat(azure, **BASE, sharing={"subscriptions": [IDS[0].upper(), IDS[1]], "tenants": [IDS[2]]})
    assert body(azure) == {
        "operationType": "Add",
        "groups": [{"type": "Subscriptions", "ids": [IDS[1]]}, {"type": "AADTenants", "ids": [IDS[2]]}],
    }
    assert done["steps"] == [f"share gallery hub with subscription {IDS[1]} and tenant {IDS[2]}"]


def test_purge_concerns_only_the_lists_that_are_given(run):
    groups = [{"type": "Subscriptions", "ids": IDS[:2]}, {"type": "AADTenants", "ids": [IDS[2]]}]
    azure = FakeAzure(galleries=[replace(DIRECT, properties={"sharingProfile": {"permissions": "Groups", "groups": groups}})])
    run.predict_do_repeat(azure, **BASE, sharing={"subscriptions": [], "purge": True})
    assert body(azure) == {"operationType": "Remove", "groups": [{"type": "Subscriptions", "ids": IDS[:2]}]}


def test_the_limit_counts_those_that_a_gallery_is_shared_with(run):
    groups = [{"type": "AADTenants", "ids": IDS[:4]}]
    shared = replace(DIRECT, properties={"sharingProfile": {"permissions": "Groups", "groups": groups}})
    refused = run(FakeAzure(galleries=[shared], read_only=True), **BASE, sharing={"tenants": IDS[4:6]})
    assert refused["msg"] == "sharing.tenants: 6 tenants are more than the 5 that Azure allows for a gallery."
    assert run(FakeAzure(galleries=[shared]), **BASE, sharing={"tenants": IDS[4:6], "purge": True})["changed"]


def test_an_id_is_shared_with_once_however_it_is_written(run):
    twice = ["AAAAAAAA-0000-0000-0000-000000000000", "aaaaaaaa-0000-0000-0000-000000000000"]
    azure = FakeAzure(galleries=[DIRECT])
    run.predict_do_repeat(azure, **BASE, sharing={"subscriptions": twice})
    assert body(azure)["groups"] == [{"type": "Subscriptions", "ids": twice[1:]}]


@pytest.mark.parametrize(
    ("sharing", "text"),
    [
        ({"permissions": "groups", "subscriptions": IDS[:31]}, "31 subscriptions are more than the 30 that Azure allows"),
        ({"permissions": "groups", "tenants": ["example.com"]}, "sharing.tenants: 'example.com' is not an id"),
        ({"subscriptions": IDS[:1]}, "only a gallery with sharing.permissions groups can be shared with subscriptions"),
        ({"enabled": True}, "only a gallery with sharing.permissions community can be shared with everybody"),
        ({"community": {"eula": "x"}}, "sharing.community.eula: only a gallery with sharing.permissions community has it"),
        ({"permissions": "private", "community": {"eula": "x"}}, "and this one has private"),
        ({"permissions": "community", "community": {"eula": "x"}}, "needs publisher_uri, publisher_contact, public_name_prefix, too"),
        ({"permissions": "community"}, "a gallery for the community needs publisher_uri"),
        (
            {"enabled": False, "tenants": IDS[:1]},
            "sharing.enabled: false stops all sharing, and makes the gallery private: leave out tenants.",
        ),
    ],
)
def test_sharing_that_does_not_fit_is_refused_before_any_write(run, sharing, text):
    assert text in run(FakeAzure(read_only=True), **BASE, sharing=sharing)["msg"]


@pytest.mark.parametrize("name", ["my-gallery", "_hub", "", "x" * 81])
def test_a_name_that_azure_refuses_is_refused(run, name):
    assert run(FakeAzure(read_only=True), resource_group="images", name=name)["msg"].startswith("name: ")


def test_a_gallery_with_definitions_is_not_deleted(run):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[DEFINITION], read_only=True)
    message = run(azure, **BASE, state="absent")["msg"]
    assert "cannot be deleted while it has image definitions: web." in message
    assert "(Azure: Cannot delete resource while nested resources exist.)" in message


def test_a_shared_gallery_is_deleted_only_on_request(run):
    info = {**PUBLIC.properties["sharingProfile"]["communityGalleryInfo"], "communityGalleryEnabled": True}
    shared = {"sharingProfile": {"permissions": "Community", "communityGalleryInfo": info}}
    azure = FakeAzure(galleries=[replace(PUBLIC, properties=shared)])
    assert "gallery hub is shared, so it cannot be deleted" in run(azure, **BASE, state="absent")["msg"]
    run.predict_do_repeat(azure, **BASE, state="absent", sharing={"enabled": False})
    assert azure.written == ["share gallery hub", "delete gallery hub"]


def test_recreate_is_refused_while_the_gallery_is_in_use(run):
    options = {**BASE, "location": "northeurope", "recreate": True}
    filled = FakeAzure(galleries=[PRIVATE], gallery_images=[DEFINITION], read_only=True)
    assert "cannot be replaced while it has image definitions: web." in run(filled, **options)["msg"]
    groups = [{"type": "AADTenants", "ids": IDS[:1]}]
    shared = replace(DIRECT, properties={"sharingProfile": {"permissions": "Groups", "groups": groups}})
    assert "gallery hub is shared, so it cannot be replaced" in run(FakeAzure(galleries=[shared], read_only=True), **options)["msg"]


def test_a_private_gallery_is_replaced_by_one_for_the_community(run):
    azure = FakeAzure(galleries=[replace(PRIVATE, properties={**PRIVATE.properties, "description": "kept"})])
    run.predict_do_repeat(azure, **BASE, sharing=COMMUNITY, recreate=True)
    assert azure.written == ["delete gallery hub", "create gallery hub"]
    assert azure.writes[1][3]["properties"] == {
        "description": "kept",
        "sharingProfile": {"permissions": "Community", "communityGalleryInfo": PUBLISHER},
    }


def test_recreate_changes_nothing_that_can_be_changed(run):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=[DEFINITION])
    run.predict_do_repeat(azure, **BASE, description="new", recreate=True)
    assert azure.written == ["change gallery hub"]


def test_a_failed_gallery_is_completed(run):
    azure = FakeAzure(galleries=[replace(PRIVATE, provisioning_state="Failed")])
    assert run(azure, **BASE, description="text")["steps"] == ["complete gallery hub"]
    assert body(azure) == {"location": "westeurope", "tags": {"owner": "me"}, "properties": {"description": "text"}}


@pytest.mark.parametrize(("enabled", "sent"), [(True, {"softDeletePolicy": {"isSoftDeleteEnabled": True}}), (False, {})])
def test_a_policy_that_is_off_is_not_sent_with_a_complete_gallery(run, enabled, sent):
    stored = {**PRIVATE.properties, "softDeletePolicy": {"isSoftDeleteEnabled": enabled}}
    azure = FakeAzure(galleries=[replace(PRIVATE, properties=stored, provisioning_state="Failed")])
    run(azure, **BASE)
    assert body(azure)["properties"] == sent


def test_check_mode_assumes_that_a_running_operation_succeeds(run):
    azure = FakeAzure(galleries=[replace(PRIVATE, provisioning_state="Creating")], read_only=True)
    assert run(azure, check=True, **BASE)["changed"] is False
    assert run.warnings == ["Gallery hub is Creating: planned as if that had succeeded."]
    assert "gallery hub is still Creating" in run(azure, **BASE)["msg"]


def test_a_missing_group_is_refused_or_means_absent(run):
    azure = FakeAzure(read_only=True)
    azure.groups.missing = {"images"}
    assert "resource group images was not found" in run(azure, **BASE)["msg"]
    assert run(azure, **BASE, state="absent")["changed"] is False


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_refused_read_is_not_taken_for_absence(run, monkeypatch, state):
    azure = FakeAzure(read_only=True)

    def denied(resource):
        raise Denied("could not read gallery hub: (AuthorizationFailed) no", status=403)

    monkeypatch.setattr(azure.galleries, "find_settled", denied)
    assert "AuthorizationFailed" in run(azure, **BASE, state=state)["msg"]


def test_the_diff_shows_the_gallery_before_and_after(run):
    diff = run(FakeAzure(galleries=[PRIVATE]), **BASE, description="new")["diff"]
    assert diff["before"]["gallery"] == PRIVATE.as_result()
    assert diff["after"]["gallery"] == {**PRIVATE.as_result(), "description": "new"}


def test_a_list_that_an_empty_string_became_stops_no_sharing(run):
    groups = [{"type": "Subscriptions", "ids": IDS[:2]}, {"type": "AADTenants", "ids": [IDS[2]]}]
    azure = FakeAzure(
        galleries=[replace(DIRECT, properties={"sharingProfile": {"permissions": "Groups", "groups": groups}})], read_only=True
    )
    done = run(azure, **BASE, sharing={"subscriptions": "", "tenants": "", "purge": True})
    assert (done["failed"], done["changed"]) == (False, False)
