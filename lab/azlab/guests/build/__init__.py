"""Building the guest disk: a Debian system that boots on Azure."""
