"""Azure Resource Graph: queries over the resources of all subscriptions, and over community galleries."""
