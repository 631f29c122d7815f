"""Scripts that run inside the project's Python environment, not in the bare one."""
