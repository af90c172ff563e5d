"""Managed disks: their states, their sources, and access to their bytes."""
