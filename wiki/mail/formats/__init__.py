"""Mailbox files: readers and writers, pure but for the stream they are given."""
