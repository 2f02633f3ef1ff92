"""Choosing what to read from the list of folders that a server gives."""
