# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replay itself: which differences it reports, which it ignores, and what it counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.golden import run
from tests.contract.golden.catalogue import catalogues, new_region
from tests.contract.golden.compare import Difference, compare, compare_headers
from tests.contract.golden.deviations import Deviation
from tests.contract.golden.names import Names
from tests.contract.golden.read import Exchange, NotARecording, Recording, read
from tests.contract.golden.replay import Call, Outcome
from tests.contract.golden.report import Report
from tests.contract.golden.seeds import of_managed_disks, on_managed_disks
from tests.contract.golden.select import Part, steps

ROOT = "https://management.azure.com/subscriptions/s1/resourceGroups/group"
DISK = f"{ROOT}/providers/Microsoft.Compute/disks/one"
ID = "/subscriptions/s1/resourceGroups/GROUP/providers/Microsoft.Compute/disks/one"


@pytest.mark.parametrize(
    ("recorded", "actual", "path"),
    [
        ({"a": 1}, {}, "$.a"),
        ({}, {"a": 1}, "$.a"),
        ({"a": 1}, {"a": "1"}, "$.a"),
        ({"a": 1}, {"a": True}, "$.a"),
        ({"a": None}, {"a": {}}, "$.a"),
        ({"a": [{"b": 1}]}, {"a": [{"c": 1}]}, "$.a[].b"),
        ({"a": [1, 2]}, {"a": [1]}, "$.a"),
        ({"provisioningState": "Creating"}, {"provisioningState": "Succeeded"}, "$.provisioningState"),
        ({"id": ID}, {"id": ID.replace("disks", "images")}, "$.id"),
    ],
)
def test_a_difference_is_reported_with_its_path(recorded: object, actual: object, path: str) -> None:
    assert path in [difference.path for difference in compare(recorded, actual)]


@pytest.mark.parametrize(
    ("recorded", "actual"),
    [
        ({"id": ID}, {"id": ID.replace("one", "two").lower()}),
        ({"timeCreated": "2019-04-12T22:41:32+00:00"}, {"timeCreated": "2026-01-01T00:00:00+00:00"}),
        ({"accessSAS": "https://md-x.blob.core.windows.net/a/abcd?sig=1"}, {"accessSAS": "https://127.0.0.1/a/abcd?sig=2"}),
        ({"publishedDate": "2023-04-03T05:56:32.7533993+00:00"}, {"publishedDate": "2026-01-01T00:00:00+00:00"}),
        ({"publicNames": ["golden-1"]}, {"publicNames": ["golden-2"]}),
        ({"a": 1, "b": 2.0}, {"b": 2, "a": 1}),
    ],
)
def test_ids_times_and_grants_are_masked(recorded: object, actual: object) -> None:
    assert list(compare(recorded, actual)) == []


def test_headers_are_compared_unless_the_recorder_removes_them() -> None:
    exchange = Exchange("PUT", DISK, None, 202, {"location": "x"}, None, removed_headers=("retry-after",))
    found = compare_headers(exchange, {"azure-asyncoperation": "y", "retry-after": "2"})
    assert {difference.path for difference in found} == {"header location", "header azure-asyncoperation"}


def test_names_are_replaced_everywhere_and_learned_from_answers() -> None:
    recording = Recording("r", (Exchange("PUT", DISK, {"source": ID, "name": "one"}, 202, {}, {"id": ID}),))
    names = Names(recording, "s2")
    body = names.translate({"source": ID, "name": "one", "text": "no 'one' here"})
    assert body["source"].startswith("/subscriptions/s2/resourceGroups/g")
    assert body["name"] == body["source"].rsplit("/", 1)[1] != "one"
    assert body["text"] == f"no '{body['name']}' here"
    names.learn({"id": ID}, {"id": "/subscriptions/s2/resourceGroups/g/providers/Microsoft.Compute/disks/invented"})
    assert names.translate("one") == "invented"


def test_the_name_of_an_image_version_is_kept_and_the_unique_name_of_a_gallery_follows_its_new_name() -> None:
    subscription, other = "11111111-2222-3333-4444-555555555555", "66666666-2222-3333-4444-555555555555"
    gallery = f"/subscriptions/{subscription}/resourceGroups/group/providers/Microsoft.Compute/galleries/Images"
    answer = {"id": f"{gallery}/images/ubuntu/versions/1.0.0", "name": "1.0.0", "uniqueName": f"{subscription}-IMAGES", "text": "a-B-c"}
    names = Names(Recording("r", (Exchange("PUT", f"https://management.azure.com{answer['id']}", None, 201, {}, answer),)), other)
    new = names.translate(answer)
    parts = new["id"].split("/")
    assert (parts[-1], new["name"], new["text"]) == ("1.0.0", "1.0.0", "a-B-c")
    assert "ubuntu" not in parts
    assert new["uniqueName"] == f"{other}-{parts[8].upper()}"


def of_catalogue(below: str, answer: object, query: str = "", status: int = 200) -> Exchange:
    """A recorded read of the catalogue in eastus."""
    url = f"https://management.azure.com/subscriptions/s1/providers/Microsoft.Compute/locations/eastus/publishers{below}?{query}"
    return Exchange("GET", url, None, status, {}, answer)


def entries(*names: str, **more: object) -> list[dict[str, object]]:
    return [{"name": name, **more} for name in names]


VERSIONS = "/a/artifacttypes/vmimage/offers/o/skus/s/versions"
X64 = {"architecture": "x64"}


def test_a_region_offers_what_a_recording_shows_and_whole_lists_come_first() -> None:
    recording = Recording(
        "r",
        (
            of_catalogue(VERSIONS, entries("3.0.0", properties=X64), "$top=1&$orderby=name%20desc&$expand=properties"),
            of_catalogue(VERSIONS.upper(), entries("1.0.0", "2.0.0", "3.0.0")),
            of_catalogue(f"{VERSIONS}/2.0.0", {"name": "2.0.0", "properties": X64}),
            of_catalogue("/b/artifacttypes/vmimage/offers", []),
            of_catalogue("/c/artifacttypes/vmimage/offers", {"error": {"code": "NotFound"}}, status=404),
            of_catalogue("/d/artifacttypes/vmextension/types", entries("e")),
            of_catalogue("", entries("C", "b", "A")),
        ),
    )
    versions = {"1.0.0": {}, "2.0.0": {"properties": X64}, "3.0.0": {"properties": X64}}
    found = catalogues([recording, Recording("other", (of_catalogue("", entries("A")),))])
    assert found == {
        new_region("r", "eastus"): {
            "publishers": {"C": {}, "b": {"offers": {}}, "A": {"offers": {"O": {"skus": {"S": {"versions": versions}}}}}}
        },
        new_region("other", "eastus"): {"publishers": {"A": {}}},
    }
    assert list(found[new_region("r", "eastus")]["publishers"]["A"]["offers"]["O"]["skus"]["S"]["versions"]) == list(versions)


def test_the_catalogue_keeps_its_names_and_gets_a_region_of_its_own() -> None:
    id = "/Subscriptions/s1/Providers/Microsoft.Compute/Locations/eastus/Publishers/disks"
    names = Names(Recording("r", (of_catalogue("", [{"id": id}]), Exchange("PUT", DISK, None, 202, {}, {"id": ID}))), "s2")
    region = new_region("r", "eastus")
    entry = {"id": id.replace("s1", "s2").replace("eastus", region), "location": region, "name": "disks"}
    assert names.translate([{"id": id, "location": "eastus", "name": "disks"}]) == [entry]
    assert (
        names.path(of_catalogue(VERSIONS, None).path)
        == f"/subscriptions/s2/providers/Microsoft.Compute/locations/{region}/publishers{VERSIONS}"
    )
    assert names.translate({"id": ID, "location": "eastus"})["location"] == "eastus"
    offer = "/subscriptions/s1/providers/Microsoft.MarketplaceOrdering/offerTypes/VirtualMachine/publishers/p/offers/o"
    agreement = f"{offer}/plans/n/agreements/current"
    assert names.translate(agreement) == agreement.replace("s1", "s2")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("galleries", ("galleries", Part.REPLAYED)),
        ("galleries/g", ("galleries", Part.REPLAYED)),
        ("galleries/g/share", ("galleries", Part.REPLAYED)),
        ("galleries/g/images", ("galleries/images", Part.REPLAYED)),
        ("Galleries/g/Images/i", ("galleries/images", Part.REPLAYED)),
        ("galleries/g/images/i/versions/1.0.0", ("galleries/images/versions", Part.REPLAYED)),
        ("galleries/g/applications/a", ("galleries", Part.OUTSIDE)),
        ("images/i", ("images", Part.REPLAYED)),
        ("locations/l/capsOperations/0a1b", ("", Part.POLL)),
        ("locations/l/publishers", ("locations/publishers", Part.REPLAYED)),
        ("locations/l/publishers/p/artifacttypes/vmimage/offers", ("locations/publishers/artifacttypes/offers", Part.REPLAYED)),
        ("locations/l/publishers/p/artifacttypes/vmextension/types", ("locations/publishers", Part.OUTSIDE)),
    ],
)
def test_nested_resources_are_not_taken_for_actions(path: str, found: tuple[str, Part]) -> None:
    exchange = Exchange("GET", f"{ROOT}/providers/Microsoft.Compute/{path}?api-version=2024-03-03", None, 200, {}, {})
    assert [(step.type, step.part) for step in steps(Recording("r", (exchange,)))] == [found]


def test_all_formats_are_read_alike() -> None:
    plain = [
        {
            "method": "PUT",
            "url": DISK,
            "request_body": {"a": 1},
            "status": 202,
            "response_headers": {"Location": "x"},
            "response_body": {"b": 2},
        }
    ]
    proxied = {
        "Entries": [
            {
                "RequestMethod": "PUT",
                "RequestUri": DISK,
                "RequestBody": {"a": 1},
                "StatusCode": 202,
                "ResponseHeaders": {"Location": "x"},
                "ResponseBody": {"b": 2},
            }
        ]
    }
    taped = f"""
interactions:
- request: {{method: PUT, uri: "{DISK}", body: "b'{{\\"a\\": 1}}'"}}
  response: {{status: {{code: 202}}, headers: {{Location: [x]}}, body: {{string: '{{"b": 2}}'}}}}
"""
    contents = (json.dumps(plain), json.dumps(proxied), taped)
    found = [read("r", content.encode()).exchanges[0] for content in contents]
    facts = {(each.method, each.url, each.status, str(each.body), str(each.headers), str(each.answer)) for each in found}
    assert facts == {("PUT", DISK, 202, "{'a': 1}", "{'location': 'x'}", "{'b': 2}")}


def test_a_list_that_the_test_proxy_has_stored_as_lines_is_a_list() -> None:
    entry = {"RequestMethod": "GET", "RequestUri": DISK, "StatusCode": 200, "ResponseBody": ["[\r\n", '  {"a": 1}\r\n', "]"]}
    (exchange,) = read("r", json.dumps({"Entries": [entry]}).encode()).exchanges
    assert exchange.answer == [{"a": 1}]


def test_a_recording_is_replayed_with_the_api_version_that_azure_answered() -> None:
    headers = {"Azure-AsyncOperation": f"{ROOT}/providers/Microsoft.Compute/locations/l/operations/1?api-version=2019-07-01"}
    entries = [
        {"method": "PUT", "url": f"{DISK}?api-version=2020-06-30", "status": 202, "response_headers": headers},
        {"method": "GET", "url": f"{DISK}?api-version=2020-06-30", "status": 200},
    ]
    recording = read("r", json.dumps(entries).encode())
    assert [exchange.query["api-version"] for exchange in recording.exchanges] == ["2019-07-01", "2019-07-01"]


def test_answers_to_one_request_that_were_recorded_together_are_replayed_when_azure_gave_them() -> None:
    said = [("GET", "10:00:01", "Unattached"), ("GET", "10:00:09", "Reserved"), ("PUT", "10:00:05", "Attached"), ("POST", None, "same")]
    entries = [
        {
            "method": method,
            "url": f"{DISK}?api-version=2019-07-01",
            "status": 200,
            "response_headers": {"Date": f"Mon, 16 Dec 2019 {time} GMT"} if time else {},
            "response_body": {"state": state},
        }
        for method, time, state in said
    ]
    recording = read("r", json.dumps(entries).encode())
    assert [exchange.answer["state"] for exchange in recording.exchanges] == ["Unattached", "Attached", "same", "Reserved"]


def test_several_folders_can_add_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "selected", list)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.json").write_text("[]")
    monkeypatch.setenv(run.FOLDERS, f"{tmp_path}/one:{tmp_path}/two")
    assert [recording.name for recording in run.known_recordings()[0]] == ["one", "two"]
    monkeypatch.setenv(run.FOLDERS, f"{tmp_path}/one:{tmp_path}/three")
    with pytest.raises(NotARecording, match="three"):
        run.known_recordings()


def test_an_unsupported_resource_is_left_out_with_all_calls_on_it() -> None:
    vm = f"{ROOT}/providers/Microsoft.Compute/virtualMachines/vm"
    image = {"imageReference": {"publisher": "Nobody", "offer": "o", "sku": "s"}}
    recording = Recording(
        "r",
        (
            Exchange("PUT", vm, {"properties": {"storageProfile": image}}, 201, {}, {}),
            Exchange("POST", f"{vm}/start", None, 202, {}, None),
            Exchange("POST", f"{DISK}/beginGetAccess", {}, 202, {}, None),
            Exchange("PUT", f"{ROOT}/providers/Microsoft.Compute/virtualMachineScaleSets/s", {}, 201, {}, {}),
        ),
    )
    assert [step.part for step in steps(recording)] == [Part.OUTSIDE, Part.OUTSIDE, Part.REPLAYED]


def test_a_vm_with_blobs_and_its_image_get_managed_disks() -> None:
    body = {
        "properties": {"storageProfile": {"osDisk": {"name": "os", "vhd": {"uri": "u"}}, "dataDisks": [{"lun": 0, "vhd": {"uri": "u"}}]}}
    }
    managed = {"managedDisk": {"storageAccountType": "Standard_LRS"}}
    profile = {"osDisk": {"name": "os", **managed}, "dataDisks": [{"lun": 0, **managed}]}
    assert on_managed_disks(body) == {"properties": {"storageProfile": profile}}
    assert on_managed_disks({"properties": {"storageProfile": profile}}) is None
    vm = {"id": ID.replace("disks", "virtualMachines")}
    image = {"properties": {"sourceVirtualMachine": vm, "storageProfile": {"osDisk": {"blobUri": "u"}, "dataDisks": []}}}
    disk = {"managedDisk": {"id": ID.replace("one", "any")}}
    assert of_managed_disks(image)["properties"]["storageProfile"] == {"osDisk": disk, "dataDisks": []}


def test_a_deviation_of_the_instance_view_is_accepted_in_a_vm_with_its_view_too() -> None:
    deviation = Deviation("virtualMachines", "GET instanceView", "$.vmAgent", "missing", "because")
    call = Call("virtualMachines", "GET", 200)
    assert deviation.covers("r", call, Difference("$.properties.instanceView.vmAgent", "missing"))
    assert not deviation.covers("r", call, Difference("$.properties.vmAgent", "missing"))
    assert not deviation.covers("r", call, Difference("$.vmAgent", "missing"))


def test_only_listed_deviations_are_accepted() -> None:
    deviation = Deviation("disks", "PUT", "$.a", "missing", "because", only_in="this")
    call = Call("disks", "PUT", 202, [Difference("$.a", "missing"), Difference("$.a", "recorded 1, got 2")])
    other = Call("disks", "GET", 200, [Difference("$.a", "missing")])
    report = Report((Outcome("this", [call, other]), Outcome("other", [call])), (deviation,))
    assert [report.unaccepted(outcome) for outcome in report.outcomes] == [
        ["PUT disks $.a: recorded 1, got 2", "GET disks $.a: missing"],
        ["PUT disks $.a: missing", "PUT disks $.a: recorded 1, got 2"],
    ]
    assert report.used() == [deviation]
    assert (report.totals()["calls"], report.totals()["writes"], report.totals()["matched"]) == (3, 2, 0)
