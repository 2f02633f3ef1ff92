"""What set-up, CI and maintenance run; no part of the wiki."""
