"""Scheduled and requested work: the registry, the leases, the runner and the scheduler."""
