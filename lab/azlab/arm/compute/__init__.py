"""Microsoft.Compute: managed disks, snapshots, managed images and virtual machines."""
