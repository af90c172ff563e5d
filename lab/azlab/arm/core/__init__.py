"""What every resource of the control plane is built on, without HTTP: the lab itself, operations, provisioning states."""
