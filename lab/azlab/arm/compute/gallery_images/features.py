"""The features of an image definition: which there are, their values, and the security type that is the default."""

from __future__ import annotations

from azlab.arm.compute.gallery_images import errors as image_errors
from azlab.arm.core import parameter_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab

SECURE_BY_DEFAULT = "2025-03-03"
"""The first version in which a definition is for generation 2 and Trusted Launch unless the request says otherwise."""
SECURITY = "SecurityType"
SUPPORTED = "TrustedLaunchSupported"
_SECURITY_TYPES = (
    *("Standard", SUPPORTED, "TrustedLaunch", "ConfidentialVMSupported", "ConfidentialVM"),
    "TrustedLaunchAndConfidentialVmSupported",
)
_TRUTH = ("True", "False")
_VALUES = {
    SECURITY: _SECURITY_TYPES,
    "DiskControllerTypes": ("SCSI", "SCSI, NVMe", "NVMe, SCSI"),
    "IsAcceleratedNetworkSupported": _TRUTH,
    "IsHibernateSupported": _TRUTH,
}
_STORED_AS = {"NVMe, SCSI": "SCSI, NVMe"}
"""Azure keeps the controllers in this order (https://github.com/Azure/bicep-types-az/issues/2430)."""
_TARGET = "galleryImage.properties.features"


def checked_features(lab: Lab, version: str, given: list[Json]) -> list[Json]:
    """The features in a request, with the spelling of their names and values. What Azure does not know is refused."""
    found: list[Json] = []
    for feature in given:
        name = _known(str(feature.get("name")), tuple(_VALUES))
        if name is None:
            raise image_errors.BAD_FEATURE(feature=feature.get("name"), target=_TARGET)
        if any(each["name"] == name for each in found):
            raise image_errors.TWIN_FEATURES(feature=name, target=_TARGET)
        value = _known(str(feature.get("value")), _VALUES[name])
        if value is None:
            raise image_errors.BAD_FEATURE_VALUE(value=feature.get("value"), feature=name, target=_TARGET)
        if (name, value) == (SECURITY, "Standard") and version < SECURE_BY_DEFAULT and lab.faults.on("no_standard_security_type"):
            raise image_errors.STANDARD_SECURITY_TYPE(value=value, feature=name, target=_TARGET)
        found.append({**feature, "name": name, "value": value})
    return found


def stored(features: list[Json]) -> list[Json]:
    """The features as a definition keeps them."""
    return [{**feature, "value": _STORED_AS.get(feature["value"], feature["value"])} for feature in features]


def security_type(features: list[Json]) -> str:
    """The security type that the features state; Standard if they state none."""
    return next((feature["value"] for feature in features if feature["name"] == SECURITY), "Standard")


def with_default_security(features: list[Json]) -> list[Json]:
    """The features, with the security type that is the default of generation 2."""
    stated = any(feature["name"] == SECURITY for feature in features)
    return features if stated else [*features, {"name": SECURITY, "value": SUPPORTED}]


def check_unchanged(known: list[Json], wanted: list[Json]) -> None:
    """Refuse features that differ from those of a definition. Values are compared as texts: the order of the controllers counts."""
    old, new = (dict(sorted((each["name"], each["value"]) for each in features)) for features in (known, wanted))
    for name in [*new, *old]:
        if new.get(name) != old.get(name):
            raise parameter_errors.UNCHANGEABLE(parameter=name, target=name)


def _known(text: str, choices: tuple[str, ...]) -> str | None:
    """The choice that a text names, without regard to case."""
    return next((choice for choice in choices if choice.lower() == text.lower()), None)
