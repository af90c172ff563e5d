"""The HTTP side of the control plane: the application, its calls and routes, and long-running operations."""
