"""Subnets of virtual networks."""
