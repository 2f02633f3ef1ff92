"""Deadlines that a test can wait for."""

from __future__ import annotations

import pytest

from wiki.mail.transport.deadline import Deadlines


@pytest.fixture
def patient() -> Deadlines:
    """More than a healthy server needs."""
    return Deadlines(connect=10, read=10, total=60)


@pytest.fixture
def impatient() -> Deadlines:
    """As much as a test wants to wait."""
    return Deadlines(connect=1, read=0.6, total=1.2)
