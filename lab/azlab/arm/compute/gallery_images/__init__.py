"""Image definitions of galleries."""
