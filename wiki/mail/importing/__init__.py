"""Bringing mailbox files in."""
