"""The slices of Azure that image work touches, running on one machine."""
