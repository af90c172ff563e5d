"""Running a guest: QEMU, its monitor, and the warden process that outlives the lab."""
