"""Guests: real virtual machines in QEMU, provisioned the way Azure does it."""
