"""What in a mail's body is new, and what its writer only carried along: quotes, signatures, forwarded headers."""
