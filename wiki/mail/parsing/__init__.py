"""Raw bytes to a frozen :class:`~wiki.mail.message.ParsedMessage`: pure, never raising, with the defects listed."""
