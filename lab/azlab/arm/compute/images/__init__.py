"""Managed images and their sources."""
