"""Bytes kept for good, addressed by their SHA-256."""
