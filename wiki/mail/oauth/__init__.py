"""Signing in to mail servers with OAuth 2.0: a person allows it in the browser, and no password is stored."""
