"""Fetching: the delete-after-archive protocol, from a server to the ledger (reliability.md, section 2)."""
