"""Bytes of a file to the text in it, page by page. Pure: no database, no web; meant for a child process with limits."""
