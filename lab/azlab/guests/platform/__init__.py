"""The platform as a guest sees it: DHCP, IMDS, WireServer, HostGAPlugin and the provisioning medium."""
