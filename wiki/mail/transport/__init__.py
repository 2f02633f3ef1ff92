"""Mail servers: the only package that knows IMAP and POP3; no database, no web, no clock but a stopwatch."""
