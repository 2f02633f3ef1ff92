"""The mail archive: accounts, fetching, storing, threading and reading mail."""
