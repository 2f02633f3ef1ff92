"""Text in, safe HTML out; pure."""
