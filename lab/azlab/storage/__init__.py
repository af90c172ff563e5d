"""The lab's data plane: page blobs in Azurite, and the TLS front that lets callers do what a managed disk allows."""
