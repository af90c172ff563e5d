"""Galleries of other tenants and of a neighbour's subscription, which a seed determines."""
