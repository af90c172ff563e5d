"""Reaching a guest from this machine."""
