"""The mail screens."""
