"""Sign-in, cloud metadata, subscriptions, providers and resource groups."""
