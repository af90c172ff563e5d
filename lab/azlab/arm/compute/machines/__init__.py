"""Virtual machines: creating, changing, starting and stopping them."""
