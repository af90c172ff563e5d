"""Guests: virtual machines in QEMU, provisioned as Azure provisions them."""
