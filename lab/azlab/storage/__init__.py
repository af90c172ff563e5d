"""The lab's data plane: page blobs in Azurite, and the TLS front that enforces what a managed disk's SAS allows."""
