"""WireServer and HostGAPlugin over real HTTP: the documents for the agent, and the records of what it reports."""

from __future__ import annotations

import base64
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from azlab.guests.platform.fabric import Fabric, start
from azlab.guests.platform.guest_report import GuestReport, Recorder, vm_agent
from azlab.requestlog import RequestLog

from tests.support.guest_specs import SPEC

AGENT = {"User-Agent": "WALinuxAgent/2.7.3.0"}
HEALTH = """<?xml version="1.0" encoding="utf-8"?>
<Health xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><GoalStateIncarnation>1</GoalStateIncarnation><Container>
<ContainerId>c</ContainerId><RoleInstanceList><Role><InstanceId>i</InstanceId><Health><State>{state}</State>{details}</Health></Role>
</RoleInstanceList></Container></Health>"""
FAILED = "<Details><SubStatus>ProvisioningFailed</SubStatus><Description>no user</Description></Details>"
STARTING = "<Details><SubStatus>Provisioning</SubStatus><Description>Starting</Description></Details>"

# As WALinuxAgent 2.7.3.0 uploaded it from a guest of this lab.
STATUS = {
    "version": "1.1",
    "timestampUTC": "2026-11-22T23:35:30Z",
    "aggregateStatus": {
        "guestAgentStatus": {
            "version": "2.7.3.0",
            "status": "Ready",
            "formattedMessage": {"lang": "en-US", "message": "Guest Agent is running"},
        },
        "handlerAggregateStatus": [],
    },
    "guestOSInfo": {"computerName": "eve-host", "osName": "debian", "osVersion": "12", "version": "2.7.3.0"},
    "supportedFeatures": [{"Key": "MultipleExtensionsPerHandler", "Value": "1.0"}],
}


@pytest.fixture
def platform_file(tmp_path: Path) -> Path:
    return tmp_path / "platform.json"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "guests.jsonl"


@pytest.fixture
def ask(platform_file: Path, log: Path) -> Iterator[Callable[..., httpx.Response]]:
    """Calls a service of one machine's platform."""
    fabric, requests = Fabric(SPEC, Recorder(platform_file)), RequestLog(log)
    services = {"wire": fabric.wire_server, "plugin": fabric.host_plugin, "imds": fabric.metadata}
    servers = {name: start(name, ("127.0.0.1", 0), service, SPEC.vm_id, requests) for name, service in services.items()}

    def call(service: str, method: str, path: str, **more: Any) -> httpx.Response:
        return httpx.request(method, f"http://127.0.0.1:{servers[service].server_address[1]}{path}", trust_env=False, **more)

    yield call
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda server: (server.shutdown(), server.server_close()), servers.values()))


def test_every_document_of_the_goal_state_can_be_fetched(ask: Callable[..., httpx.Response]) -> None:
    assert "2012-11-30" in ask("wire", "GET", "/?comp=versions").text
    goal = ElementTree.fromstring(ask("wire", "GET", "/machine/?comp=goalstate", headers=AGENT).text)
    container = goal.findtext(".//ContainerId")
    configuration = {element.tag: element.text for element in goal.find(".//Configuration")}
    for name in ("HostingEnvironmentConfig", "SharedConfig", "ExtensionsConfig"):
        address = configuration[name]
        assert address.startswith("http://168.63.129.16:80/machine/")
        document = ask("wire", "GET", address.removeprefix("http://168.63.129.16:80"))
        assert ElementTree.fromstring(document.text).tag
        assert container in document.text


def test_the_extensions_config_names_the_status_blob(ask: Callable[..., httpx.Response]) -> None:
    document = ElementTree.fromstring(ask("wire", "GET", "/machine/c/i?comp=config&type=extensionsConfig").text)
    blob = document.find("StatusUploadBlob")
    assert (blob.get("statusBlobType"), SPEC.vm_id in blob.text) == ("BlockBlob", True)


@pytest.mark.parametrize(
    "service, path", [("wire", "/machine?comp=certificates"), ("wire", "/m?comp=config&type=no"), ("plugin", "/vmSettings"), ("imds", "/x")]
)
def test_unknown_paths_are_answered_with_404(ask: Callable[..., httpx.Response], service: str, path: str) -> None:
    status = ask(service, "GET", f"{path}?api-version=2021-12-13" if service == "imds" else path, headers={"Metadata": "true"}).status_code
    assert status == 404


def test_ready_is_kept_when_the_agent_restarts(ask: Callable[..., httpx.Response], platform_file: Path) -> None:
    for state, details in (("NotReady", STARTING), ("Ready", ""), ("NotReady", STARTING)):
        assert ask("wire", "POST", "/machine?comp=health", content=HEALTH.format(state=state, details=details)).status_code == 200
    assert GuestReport.load(platform_file).ready


def test_a_failed_provisioning_is_recorded(ask: Callable[..., httpx.Response], platform_file: Path) -> None:
    ask("wire", "POST", "/machine?comp=health", content=HEALTH.format(state="NotReady", details=FAILED))
    report = GuestReport.load(platform_file)
    assert (report.ready, report.failure) == (False, "no user")


def test_the_agent_is_recognized_by_the_service_it_uses(ask: Callable[..., httpx.Response], platform_file: Path) -> None:
    ask("wire", "GET", "/machine/?comp=goalstate", headers=AGENT)
    assert not GuestReport.load(platform_file).agent_seen
    ask("plugin", "GET", "/versions", headers={"User-Agent": "Cloud-Init/22.4.2"})
    assert GuestReport.load(platform_file).agent_seen


def test_an_uploaded_status_becomes_the_vm_agent(ask: Callable[..., httpx.Response], platform_file: Path) -> None:
    content = base64.b64encode(json.dumps(STATUS).encode()).decode()
    envelope = {"requestUri": "https://blob", "headers": [{"headerName": "x-ms-blob-type", "headerValue": "BlockBlob"}], "content": content}
    assert ask("plugin", "PUT", "/status", json=envelope, headers=AGENT).status_code == 200
    assert vm_agent(GuestReport.load(platform_file).status) == {
        "vmAgentVersion": "2.7.3.0",
        "statuses": [
            {
                "code": "ProvisioningState/succeeded",
                "level": "Info",
                "displayStatus": "Ready",
                "message": "Guest Agent is running",
                "time": "2026-11-22T23:35:30Z",
            }
        ],
        "extensionHandlers": [],
    }


def test_an_agent_that_is_not_ready_is_shown_as_unavailable() -> None:
    unready = {**STATUS, "aggregateStatus": {"guestAgentStatus": {"version": "2.7.3.0", "status": "NotReady"}}}
    assert vm_agent(unready)["statuses"][0]["displayStatus"] == "NotReady"
    assert (vm_agent(None), vm_agent({"aggregateStatus": {}})) == (None, None)


@pytest.mark.parametrize("service, method, path", [("plugin", "PUT", "/status"), ("wire", "POST", "/machine?comp=health")])
def test_unreadable_reports_are_refused(
    ask: Callable[..., httpx.Response], platform_file: Path, service: str, method: str, path: str
) -> None:
    assert ask(service, method, path, content=b"nonsense").status_code == 400
    report = GuestReport.load(platform_file)
    assert (report.health, report.status) == ("", None)


def test_every_request_is_logged_when_it_arrives_and_when_it_is_answered(ask: Callable[..., httpx.Response], log: Path) -> None:
    ask("plugin", "GET", "/versions", headers=AGENT)
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(each["phase"], each["op"], each["vm"], each.get("status")) for each in entries] == [
        ("in", "plugin", SPEC.vm_id, None),
        ("out", "plugin", SPEC.vm_id, 200),
    ]
