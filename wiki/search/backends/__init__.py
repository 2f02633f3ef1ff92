"""Search engines behind the SearchBackend protocol."""
