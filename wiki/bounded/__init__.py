"""Hostile work in a child process with limits on its time and memory: the child can be lost, its parent cannot."""
