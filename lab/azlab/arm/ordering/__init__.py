"""Microsoft.MarketplaceOrdering: the terms of Marketplace plans, and whether a subscription may buy under a plan."""
