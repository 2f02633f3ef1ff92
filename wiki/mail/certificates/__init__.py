"""Certificates: what a server holds against our ledger, every difference explained (docs/decisions/022)."""
