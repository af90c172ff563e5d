"""Reading the images of galleries that `outside.json` describes: those of the caller, shared ones and community ones."""

from __future__ import annotations

from azlab.arm.compute.catalog import gallery_definition
from azlab.arm.core import resource_errors
from azlab.arm.core.ids import COMPUTE
from azlab.arm.core.json import Json
from azlab.arm.http.calls import Answer, Call, Route, in_group

_OWN = in_group(COMPUTE, "galleries/{gallery}/images/{name}")


def show_definition(call: Call) -> Answer:
    """Show an image definition that `outside.json` describes. `galleries` in the path says that the gallery is another's."""
    return Answer(200, {"id": call.url_path, "name": call.name, "properties": _definition_properties(_definition(call))})


def list_versions(call: Call) -> Answer:
    """List the versions of an image definition."""
    return Answer(200, {"value": [_version(call, name, facts) for name, facts in _definition(call)["versions"].items()]})


def show_version(call: Call) -> Answer:
    """Show one version of an image definition."""
    versions = _definition(call)["versions"]
    if call.path["version"] not in versions:
        raise _missing(call)
    return Answer(200, _version(call, call.path["version"], versions[call.path["version"]]))


def _definition(call: Call) -> Json:
    own = call.url_path.lower().partition("/versions")[0]
    path = f"/{call.path['galleries']}/{call.path['gallery']}/images/{call.name}" if "galleries" in call.path else own
    found = gallery_definition(call.lab, path)
    if found is None:
        raise _missing(call)
    return found


def _missing(call: Call) -> Exception:
    name = f"{call.path['gallery']}/{call.name}"
    return resource_errors.NO_RESOURCE(type=f"{COMPUTE}/galleries/images", name=name, group=call.path.get("group", ""))


def _definition_properties(definition: Json) -> Json:
    return {
        "osType": definition["osType"],
        "osState": definition.get("osState", "Generalized"),
        "hyperVGeneration": definition.get("hyperVGeneration", "V1"),
        "features": definition.get("features", []),
    }


def _version(call: Call, name: str, facts: Json) -> Json:
    images = [{"lun": disk["lun"], "sizeInGB": disk["diskSizeGB"], "hostCaching": "None"} for disk in facts.get("dataDisks", [])]
    profile = {"excludeFromLatest": facts.get("excludeFromLatest", False)}
    properties = {"publishingProfile": profile, "storageProfile": {"dataDiskImages": images}, "provisioningState": "Succeeded"}
    return {"name": name, "properties": properties}


ROUTES = [
    Route("GET", f"{_OWN}/versions", list_versions, "gallery_version.list"),
    Route("GET", f"{_OWN}/versions/{{version}}", show_version, "gallery_version.get"),
]
