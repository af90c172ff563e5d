"""What Azure offers a guest: DHCP, IMDS, WireServer and the provisioning media."""
