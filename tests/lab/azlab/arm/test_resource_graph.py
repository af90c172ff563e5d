# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource Graph: the queries that it takes, what it finds, pages, and refusals."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from azlab.arm.compute.others.generate import galleries, neighbour
from azlab.arm.compute.others.tables import COMMUNITY, ROLE, OthersImage
from azlab.arm.graph.language import BadQuery, parse

from tests.support.catalogue import SEED
from tests.support.lab_gallery import LabGallery
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION, RunningLab

PUBLIC = [each for each in galleries(SEED) if each.shared_with == COMMUNITY]
IMAGES = "microsoft.compute/locations/communitygalleries/images"


def ask(lab: RunningLab, query: str, version: str = "2021-03-01", subscriptions: list[str] | None = None, **options: Any) -> httpx.Response:
    """Send a query; options are named without their dollar signs."""
    body: dict[str, Any] = {"query": query}
    if subscriptions is not None:
        body["subscriptions"] = subscriptions
    if options:
        body["options"] = {name if name == "resultFormat" else f"${name}": value for name, value in options.items()}
    return lab.arm("POST", "/providers/Microsoft.ResourceGraph/resources", body, version)


def rows(lab: RunningLab, query: str, **more: Any) -> list[dict[str, Any]]:
    """All rows of a query, with all pages."""
    answer = ask(lab, query, **more).raise_for_status().json()
    found = list(answer["data"])
    while token := answer.get("$skipToken"):
        answer = ask(lab, query, **{**more, "skipToken": token}).raise_for_status().json()
        found += answer["data"]
    assert len(found) == answer["totalRecords"]
    return found


def details(answer: httpx.Response) -> list[dict[str, Any]]:
    """The details of a refusal."""
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "BadRequest")
    assert error["message"].startswith("Please provide below info when asking for support: timestamp = ")
    return list(error["details"])


# --- community galleries -----------------------------------------------------------------------------------------------------------------


def regions(image: OthersImage, home: str) -> set[str]:
    """The regions in which a definition is seen."""
    return {home, *(region for version in image.versions for region in version.regions)}


@pytest.mark.parametrize("version", ["2021-03-01", "2022-10-01", "2024-04-01"])
def test_az_lists_community_galleries(catalogue_lab: RunningLab, version: str) -> None:
    """The query that `az sig list-community --location` sends."""
    query = f"communitygalleryresources| where type == 'microsoft.compute/locations/communitygalleries' | where location == '{LOCATION}' "
    wanted = {
        each.public_name
        for each in PUBLIC
        if each.home == LOCATION or any(LOCATION in version.regions for image in each.images for version in image.versions)
    }
    first = ask(catalogue_lab, query, version, top=30).json()
    assert (first["count"], first["totalRecords"], first["resultTruncated"]) == (min(30, len(wanted)), len(wanted), "false")
    found = rows(catalogue_lab, query, version=version, top=30)
    assert {each["name"] for each in found} == wanted
    fedora = next((each for each in found if each["name"].startswith("Fedora-")), None)
    for each in [fedora] if fedora else found:
        assert each["properties"]["identifier"]["uniqueId"] == f"/CommunityGalleries/{each['name']}"
        assert each["properties"]["communityMetadata"]["publicNames"] == [each["name"]]
        assert each["id"].endswith(f"/providers/Microsoft.Compute/Locations/{LOCATION}/CommunityGalleries/{each['name']}")
        assert each["type"] == "microsoft.compute/locations/communitygalleries"


def test_one_query_finds_the_images_of_all_community_galleries(catalogue_lab: RunningLab) -> None:
    found = rows(catalogue_lab, f"communitygalleryresources | where type == '{IMAGES}' | where location == 'eastus'")
    wanted = {(each.public_name, image.name) for each in PUBLIC for image in each.images if "eastus" in regions(image, each.home)}
    assert {tuple(each["properties"]["identifier"]["uniqueId"].split("/")[2::2]) for each in found} == wanted
    assert {each["properties"]["osType"] for each in found} <= {"Linux", "Windows"}


@pytest.mark.parametrize("on", [False, True])
def test_rows_of_images_may_lack_their_properties(catalogue_lab: RunningLab, on: bool) -> None:
    gallery = PUBLIC[0]
    with catalogue_lab.switched("bare_graph_rows", on):
        found = rows(catalogue_lab, f"communitygalleryresources | where type startswith '{IMAGES}'")
        query = f"communitygalleryresources | where name == '{gallery.public_name}' and location == '{gallery.home}'"
        [shown] = rows(catalogue_lab, query)
    assert {bool(each["properties"]) for each in found} == {not on}
    assert shown["properties"]["identifier"]["uniqueId"]
    assert all("/CommunityGalleries/" in each["id"] for each in found)


def test_versions_are_found_in_their_regions(catalogue_lab: RunningLab) -> None:
    found = rows(catalogue_lab, f"communitygalleryresources | where type =~ '{IMAGES.upper()}/VERSIONS' and location =~ 'EASTUS'")
    wanted = [
        (each.public_name, image.name, version.name)
        for each in PUBLIC
        for image in each.images
        for version in image.versions
        if "eastus" in version.regions
    ]
    assert sorted(tuple(each["properties"]["identifier"]["uniqueId"].split("/")[2::2]) for each in found) == sorted(wanted)


def test_the_galleries_of_a_lab_are_public_too_when_they_are_shared(lab: RunningLab, group: str) -> None:
    made = LabGallery(lab, group, "graphed").made("Community")
    made.definition()
    [name] = made.properties()["sharingProfile"]["communityGalleryInfo"]["publicNames"]
    query = f"communitygalleryresources | where name == '{name}' or properties.identifier.uniqueId contains '{name}'"
    assert rows(lab, query) == []
    made.ask("POST", "share", {"operationType": "EnableCommunity"})
    assert [each["name"] for each in rows(lab, f"{query} | order by type asc")] == [name, "i"]
    made.ask("POST", "share", {"operationType": "Reset"})
    assert rows(lab, query) == []


# --- resources ---------------------------------------------------------------------------------------------------------------------------


def test_galleries_are_found_in_all_subscriptions_that_the_client_reads(catalogue_lab: RunningLab) -> None:
    found = rows(catalogue_lab, "resources | where type =~ 'Microsoft.Compute/galleries' | project id, name, subscriptionId, location")
    readable = [each for each in galleries(SEED) if each.shared_with == ROLE]
    theirs = [each for each in found if each["subscriptionId"] == neighbour(SEED)]
    assert {(each["name"], each["location"]) for each in theirs} == {(each.name, each.home) for each in readable}
    only = rows(
        catalogue_lab, "resources | where type == 'microsoft.compute/galleries'", subscriptions=[catalogue_lab.settings.subscription]
    )
    assert neighbour(SEED) not in {each["subscriptionId"] for each in only}
    versions = rows(catalogue_lab, "resources | where type == 'microsoft.compute/galleries/images/versions' | project id, properties")
    assert len(versions) == sum(len(image.versions) for each in readable for image in each.images)
    assert all(each["properties"]["publishingProfile"]["targetRegions"] for each in versions)


def test_only_what_the_client_may_read_is_found(lab_group: LabGroup) -> None:
    lab, disk = lab_group.lab, lab_group.disk()
    query = f"Resources | where resourceGroup =~ '{lab_group.name}' and type in~ ('Microsoft.Compute/disks')"
    [found] = rows(lab, query)
    assert (found["id"], found["properties"]["diskState"], found["tenantId"]) == (disk.id, "Unattached", lab.settings.tenant)
    with lab.rights({"scope": disk.id, "actions": ["*"], "notActions": ["*/read"]}):
        assert rows(lab, query) == []


def test_subscriptions_that_the_client_does_not_see_are_ignored(lab: RunningLab) -> None:
    unknown = "00000000-0000-0000-0000-000000000009"
    assert ask(lab, "resources", subscriptions=[unknown, lab.settings.subscription]).status_code == 200
    [detail] = details(ask(lab, "resources", subscriptions=[unknown]))
    assert detail["message"] == f"There must be at least one subscription that is eligible to contain resources. Given: '{unknown}'."


# --- pages -------------------------------------------------------------------------------------------------------------------------------


def test_pages_follow_each_other(catalogue_lab: RunningLab) -> None:
    query = f"communitygalleryresources | where type == '{IMAGES}' | project id"
    whole, in_pages = rows(catalogue_lab, query), rows(catalogue_lab, query, top=7)
    assert in_pages == whole
    assert len({each["id"] for each in whole}) == len(whole)
    assert ask(catalogue_lab, query, skip=5, top=2).json()["data"] == whole[5:7]


def test_an_answer_has_at_most_a_thousand_rows(catalogue_lab: RunningLab) -> None:
    answer = ask(catalogue_lab, "communitygalleryresources").json()
    assert (answer["count"], answer["resultTruncated"]) == (1000, "false")
    assert answer["totalRecords"] > 1000
    assert answer["$skipToken"]


def test_rows_without_ids_have_no_further_pages(catalogue_lab: RunningLab) -> None:
    answer = ask(catalogue_lab, "communitygalleryresources | project name", top=3).json()
    assert "$skipToken" not in answer
    assert (answer["count"], answer["resultTruncated"]) == (3, "true")


def test_a_table_has_columns_and_rows(catalogue_lab: RunningLab) -> None:
    answer = ask(catalogue_lab, "communitygalleryresources | project id, properties", top=1, resultFormat="table").json()
    assert answer["data"]["columns"] == [{"name": "id", "type": "string"}, {"name": "properties", "type": "object"}]
    assert len(answer["data"]["rows"][0]) == 2


@pytest.mark.parametrize(
    "options", [{"top": 0}, {"top": 1001}, {"top": "5"}, {"skip": -1}, {"skipToken": "x"}, {"skipToken": "WzMsICJ4Il0="}]
)
def test_bad_options_are_refused(lab: RunningLab, options: dict[str, Any]) -> None:
    assert [each["code"] for each in details(ask(lab, "resources", **options))] == ["InvalidOptions"]


# --- the language ------------------------------------------------------------------------------------------------------------------------

TABLE: list[dict[str, Any]] = [
    {"id": "1", "name": "Web", "type": "a/b", "count": 1, "properties": {"osType": "Linux", "identifier": {"sku": "it's"}}, "tags": None},
    {"id": "2", "name": "web-db", "type": "a/b", "count": 2, "properties": {"osType": "Windows"}, "tags": {"team": "x"}},
    {"id": "3", "name": "data", "type": "a/c", "count": 3, "properties": {}, "tags": {}},
]


@pytest.mark.parametrize(
    ("steps", "ids"),
    [
        ("", "123"),
        (" ;", "123"),
        ("| where type == 'a/b'", "12"),
        ('| where type == "a/b" | where name == "Web"', "1"),
        ("| where name == 'web'", ""),
        ("| where name =~ 'WEB'", "1"),
        ("| where name != 'Web'", "23"),
        ("| where name !~ 'WEB'", "23"),
        ("| where type in ('a/c', 'A/B')", "3"),
        ("| where type in~ ('a/c', 'A/B')", "123"),
        ("| where type !in~ ('A/B')", "3"),
        ("| where name contains 'EB'", "12"),
        ("| where name contains_cs 'We'", "1"),
        ("| where name !contains 'web'", "3"),
        ("| where name startswith 'WEB-'", "2"),
        ("| where name endswith 'A'", "3"),
        ("| where name has 'DB'", "2"),
        ("| where name has 'we'", ""),
        ("| where type == 'a/c' or name contains 'db' and properties.osType =~ 'windows'", "23"),
        ("| where (type == 'a/b' or type == 'a/c') and not(name == 'Web')", "23"),
        ("| where properties.osType == 'Linux'", "1"),
        ("| where properties['osType'] == 'Linux'", "1"),
        ("| where tolower(name) == 'web'", "1"),
        ("| where tostring(properties.identifier.sku) == 'it\\'s'", "1"),
        ("| where isnotempty(properties.osType) and isempty(tags.team)", "1"),
        ("| where isnull(tags) or isnotnull(tags.team)", "12"),
        ("| where count == 2", "2"),
        ("// a remark\n| where type == 'a/b' // another\n| limit 1", "1"),
        ("| order by name asc", "132"),
        ("| sort by type, name asc", "312"),
        ("| order by id", "321"),
        ("| take 2", "12"),
        ("| where name == 'a|b' or id == '3'", "3"),
    ],
)
def test_the_language(steps: str, ids: str) -> None:
    assert "".join(row["id"] for row in parse(f"Resources {steps}").run(TABLE)) == ids


def test_project_chooses_and_names_columns() -> None:
    query = "resources | where id == '1' | project name, os = properties.osType, properties.identifier, Sku=tostring(name)"
    found = parse(query).run(TABLE)
    assert found == [{"name": "Web", "os": "Linux", "properties_identifier": {"sku": "it's"}, "Sku": "Web"}]


@pytest.mark.parametrize(
    ("query", "token"),
    [
        ("", "<EOF>"),
        ("resources | where type = 'a'", "="),
        ("resources | where type == ", "<EOF>"),
        ("resources | where type == 'a' 'b'", "'b'"),
        ("resources | where (type == 'a'", "<EOF>"),
        ("resources | where type in 'a'", "'a'"),
        ("resources where type == 'a'", "where"),
        ("resources | where type == a", "a"),
        ("resources | where type == 'a", "'a"),
        ("resources | project", "<EOF>"),
        ("resources | limit x", "x"),
        ("resources | order name", "name"),
        ("resources | where\n  type ~ 'a'", "~ 'a'"),
    ],
)
def test_queries_with_mistakes_are_refused(query: str, token: str) -> None:
    with pytest.raises(BadQuery) as refused:
        parse(query)
    invalid, failure = refused.value.details
    assert (invalid["code"], failure["code"], failure["token"]) == ("InvalidQuery", "ParserFailure", token)
    assert failure["line"] == (2 if "\n" in query else 1)


def test_refusals_are_answers_of_azure(lab: RunningLab) -> None:
    invalid, failure = details(ask(lab, "resources | where type 'a'"))
    assert invalid["code"] == "InvalidQuery"
    assert failure == {"code": "ParserFailure", "message": "ParserFailure", "line": 1, "characterPositionInLine": 23, "token": "'a'"}
    _, unknown = details(ask(lab, "resources | parse id with * '/x/' name"))
    assert unknown == {
        "code": "InvalidQueryLanguage",
        "message": "InvalidQueryLanguage",
        "line": -1,
        "characterPositionInLine": -1,
        "token": "parse",
    }
    [table] = details(ask(lab, "appserviceresources | project id"))
    assert table == {
        "code": "DisallowedLogicalTableName",
        "message": "Table appserviceresources is invalid, unsupported or disallowed.",
    }


# --- the quota ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("throttling", [False, True])
def test_the_quota_is_shown_and_holds_if_a_test_asks_for_it(lab: RunningLab, throttling: bool) -> None:
    with lab.setting("throttling", {"queries": [3, 3600]} if throttling else None):
        answers = [ask(lab, "resources | limit 1") for _ in range(5)]
    assert [each.status_code for each in answers] == ([200, 200, 200, 429, 429] if throttling else [200] * 5)
    left = [int(each.headers["x-ms-user-quota-remaining"]) for each in answers]
    assert left == sorted(left, reverse=True)
    assert left[0] == (2 if throttling else 14)
    assert answers[0].headers["x-ms-user-quota-resets-after"] in (("01:00:00", "00:59:59") if throttling else ("00:00:05", "00:00:04"))
    if throttling:
        error = answers[-1].json()["error"]
        assert (error["code"], error["details"][0]["code"]) == ("RateLimiting", "RateLimiting")
        assert "retry-after" not in answers[-1].headers
