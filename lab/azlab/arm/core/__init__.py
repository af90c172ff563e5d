"""The parts of the control plane that every resource is built on: the lab, resource types, ids, operations, provisioning states."""
