"""Measurements: how fast mail comes in, how fast the search answers. Never part of the tests."""
