"""Snapshots of managed disks."""
