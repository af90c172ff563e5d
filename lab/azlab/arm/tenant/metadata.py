"""The endpoints of this cloud, in three shapes: each belongs to the api-versions that some clients ask for."""

from __future__ import annotations

from azlab.arm.core.json import Json
from azlab.arm.http.calls import Answer, Call, Route

NAME = "azlab"


def endpoints(call: Call) -> Answer:
    """The endpoints: one object since 2022-09-01, a list since 2018-01-01, the first shape before that."""
    version = call.version or "2015-01-01"
    if version >= "2022-09-01":
        return Answer(200, _cloud(call))
    if version >= "2018-01-01":
        return Answer(200, [_cloud(call)])
    return Answer(200, _first_shape(call))


def _cloud(call: Call) -> Json:
    here = call.host
    return {
        "portal": here,
        "authentication": {
            "loginEndpoint": here,
            "audiences": [here, f"{here}/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "media": here,
        "graphAudience": f"{here}/graph/",
        "graph": f"{here}/graph/",
        "name": NAME,
        "suffixes": {
            "azureDataLakeStoreFileSystem": "adls.azlab.invalid",
            "acrLoginServer": "acr.azlab.invalid",
            "sqlServerHostname": "sql.azlab.invalid",
            "azureDataLakeAnalyticsCatalogAndJob": "adla.azlab.invalid",
            "keyVaultDns": "vault.azlab.invalid",
            "storage": "storage.azlab.invalid",
            "azureFrontDoorEndpointSuffix": "afd.azlab.invalid",
        },
        "batch": f"{here}/batch/",
        "resourceManager": f"{here}/",
        "vmImageAliasDoc": f"{here}/aliases.json",
        "activeDirectoryDataLake": f"{here}/datalake/",
        "sqlManagement": f"{here}/sql/",
        "microsoftGraphResourceId": f"{here}/msgraph/",
        "appInsightsResourceId": f"{here}/insights/",
        "appInsightsTelemetryChannelResourceId": f"{here}/insights/v2/track",
        "attestationResourceId": f"{here}/attest/",
        "synapseAnalyticsResourceId": f"{here}/synapse/",
        "logAnalyticsResourceId": f"{here}/loganalytics/",
        "ossrDbmsResourceId": f"{here}/ossrdbms/",
        "gallery": f"{here}/gallery/",
    }


def _first_shape(call: Call) -> Json:
    here = call.host
    return {
        "galleryEndpoint": f"{here}/gallery/",
        "graphEndpoint": f"{here}/graph/",
        "portalEndpoint": here,
        "graphAudience": f"{here}/graph/",
        "authentication": {"loginEndpoint": f"{here}/", "audiences": [here, f"{here}/"]},
    }


ROUTES = [Route("GET", "/metadata/endpoints", endpoints, "metadata.endpoints", public=True)]
