"""Foreign pictures handled with care: told apart, decoded within bounds, made small; two at a time in a process."""
