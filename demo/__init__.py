"""The demonstration of the collection, in six acts: a disk becomes an image, a VM becomes a golden image, and the image is searched."""
