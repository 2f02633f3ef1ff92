"""Pages: a tree of Markdown with every revision kept."""
