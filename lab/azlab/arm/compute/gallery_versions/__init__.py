"""Versions of gallery images: their sources, their disks, and their replicas in target regions."""
