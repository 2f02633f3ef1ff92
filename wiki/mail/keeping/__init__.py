"""Keeping what was archived: reading it again on a schedule, saying so when it is damaged, clearing."""
