"""The text inside attachments, for search: read in a bounded child process, kept once for the same bytes."""
