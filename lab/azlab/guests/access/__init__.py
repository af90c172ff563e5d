"""Access to a guest from this machine: the relay for SSH, and inventory lines."""
