"""Fetching: the delete-after-archive protocol, from a server to the ledger (docs/reliability.md, section 2)."""
