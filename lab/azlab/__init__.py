"""A local Azure: the parts that work on images, disks and virtual machines uses, on one machine."""
