"""The WireServer's documents, which describe to the agent the machine it runs on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from azlab.guests.platform.dhcp import WIRE_SERVER
from azlab.guests.spec import GuestSpec

PROTOCOL = "2012-11-30"
INCARNATION = 1

VERSIONS = f"""<?xml version="1.0" encoding="utf-8"?>
<Versions>
  <Preferred><Version>2015-04-05</Version></Preferred>
  <Supported><Version>2015-04-05</Version><Version>{PROTOCOL}</Version><Version>2012-09-15</Version></Supported>
</Versions>
"""

_GOAL_STATE = """<?xml version="1.0" encoding="utf-8"?>
<GoalState xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="goalstate10.xsd">
  <Version>{protocol}</Version>
  <Incarnation>{incarnation}</Incarnation>
  <Machine>
    <ExpectedState>Started</ExpectedState>
    <StopRolesDeadlineHint>300000</StopRolesDeadlineHint>
    <LBProbePorts><Port>16001</Port></LBProbePorts>
    <ExpectHealthReport>FALSE</ExpectHealthReport>
  </Machine>
  <Container>
    <ContainerId>{container}</ContainerId>
    <RoleInstanceList>
      <RoleInstance>
        <InstanceId>{instance}</InstanceId>
        <State>Started</State>
        <Configuration>
          <HostingEnvironmentConfig>{hosting}</HostingEnvironmentConfig>
          <SharedConfig>{shared}</SharedConfig>
          <ExtensionsConfig>{extensions}</ExtensionsConfig>
          <FullConfig>{full}</FullConfig>
          <ConfigName>{container}.{incarnation}.{container}.0.{instance}.1.xml</ConfigName>
        </Configuration>
      </RoleInstance>
    </RoleInstanceList>
  </Container>
</GoalState>
"""

_HOSTING_ENVIRONMENT = """<?xml version="1.0" encoding="utf-8"?>
<HostingEnvironmentConfig version="1.0.0.0" goalStateIncarnation="{incarnation}">
  <StoredCertificates/>
  <Deployment name="{container}" guid="{{{container}}}" incarnation="0">
    <Service name="{name}" guid="{{00000000-0000-0000-0000-000000000000}}"/>
    <ServiceInstance name="{name}.0" guid="{{{container}}}"/>
  </Deployment>
  <Incarnation number="1" instance="{instance}" guid="{{{container}}}"/>
  <Role guid="{{{container}}}" name="_{name}" hostingEnvironmentVersion="1" settleTimeSeconds="0"/>
  <HostingEnvironmentSettings name="full" Runtime=""><CAS mode="full"/><PrivilegeLevel mode="max"/></HostingEnvironmentSettings>
  <ApplicationSettings/>
  <ResourceReferences/>
</HostingEnvironmentConfig>
"""

_SHARED = """<?xml version="1.0" encoding="utf-8"?>
<SharedConfig version="1.0.0.0" goalStateIncarnation="{incarnation}">
  <Deployment name="{container}" guid="{{{container}}}" incarnation="0">
    <Service name="{name}" guid="{{00000000-0000-0000-0000-000000000000}}"/>
    <ServiceInstance name="{name}.0" guid="{{{container}}}"/>
  </Deployment>
  <Incarnation number="1" instance="{instance}" guid="{{{container}}}"/>
  <Role guid="{{{container}}}" name="_{name}" settleTimeSeconds="0"/>
  <LoadBalancerSettings timeoutSeconds="0" waitLoadBalancerProbeCount="8"><Probes/></LoadBalancerSettings>
  <OutputEndpoints/>
  <Instances>
    <Instance id="{instance}" address="{address}">
      <FaultDomains randomId="0" updateId="0" updateCount="0"/>
      <InputEndpoints/>
    </Instance>
  </Instances>
</SharedConfig>
"""

# Without StatusUploadBlob the agent never uploads a status; with it, the agent tries the HostGAPlugin first.
_EXTENSIONS = """<?xml version="1.0" encoding="utf-8"?>
<Extensions version="1.0.0.0" goalStateIncarnation="{incarnation}">
  <GuestAgentExtension xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><GAFamilies/></GuestAgentExtension>
  <Plugins/>
  <PluginSettings/>
  <StatusUploadBlob statusBlobType="BlockBlob">{status}</StatusUploadBlob>
  <InVMGoalStateMetaData inSvdSeqNo="{incarnation}" createdOnTicks="637726657706205217"
    activityId="{container}" correlationId="{container}"/>
</Extensions>
"""


@dataclass(frozen=True)
class Wire:
    """The documents for one machine. All ids are derived from its vmId, so they stay the same when the lab is restarted."""

    spec: GuestSpec

    @property
    def container(self) -> str:
        """The id of the container in which the platform runs this machine."""
        return str(uuid.uuid5(uuid.UUID(self.spec.vm_id), "container"))

    @property
    def instance(self) -> str:
        """The role instance id."""
        return f"{uuid.uuid5(uuid.UUID(self.spec.vm_id), 'instance')}._{self.spec.name}"

    @property
    def status_blob(self) -> str:
        """The URL to which the agent is to upload its status."""
        return f"https://md-status.blob.storage.azure.net/$system/{self.spec.name}.{self.spec.vm_id}.status"

    def goal_state(self) -> str:
        """The goal state: the URLs of the documents that the agent is to fetch."""
        return self._fill(
            _GOAL_STATE,
            hosting=self._url("hostingEnvironmentConfig"),
            shared=self._url("sharedConfig"),
            extensions=self._url("extensionsConfig"),
            full=self._url("fullConfig"),
        )

    def config(self, kind: str) -> str | None:
        """The document of this type, in any case, or None if the type is unknown."""
        templates = {"hostingenvironmentconfig": _HOSTING_ENVIRONMENT, "sharedconfig": _SHARED, "extensionsconfig": _EXTENSIONS}
        template = templates.get(kind.lower())
        return template and self._fill(template, status=escape(self.status_blob))

    def _url(self, kind: str) -> str:
        query = f"comp=config&type={kind}&incarnation={INCARNATION}"
        return escape(f"http://{WIRE_SERVER}:80/machine/{self.container}/{self.instance}?{query}")

    def _fill(self, template: str, **values: str) -> str:
        return template.format(
            protocol=PROTOCOL,
            incarnation=INCARNATION,
            container=self.container,
            instance=escape(self.instance),
            name=escape(self.spec.name),
            address=self.spec.private_ip,
            **values,
        )
