"""The demonstration: an invented co-operative's mailbox and wiki, and a real IMAP server that holds the mail."""
