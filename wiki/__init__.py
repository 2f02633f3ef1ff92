"""Postroom: a wiki whose spaces keep their mail."""
