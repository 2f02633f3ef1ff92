"""Taking mail out: a thread, a month, what was found, or all mail of a space."""
