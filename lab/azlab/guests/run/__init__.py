"""Running a guest: QEMU, its processes, and the supervisor that outlives the lab."""
