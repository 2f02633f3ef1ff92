"""Spaces: site and personal, their settings, permissions screen and trash."""
