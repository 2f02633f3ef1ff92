"""Stops set-up with a sentence when the Python is too old; runs on any Python 3."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - it runs before anything that needs 3.11
    sys.exit(f"Postroom needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11")
