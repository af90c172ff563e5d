"""Azure Compute Galleries: the galleries themselves, their sharing, and what other subscriptions see of them."""
