"""People: users, groups, sessions, sign-in."""
