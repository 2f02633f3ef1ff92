"""Writes the locks: requirements/*.txt, exact versions with hashes, for all platforms, from pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LOCKS = {"runtime": [], "development": ["--group", "test"]}


def main() -> None:
    """Resolve both sets with uv (in the development requirements)."""
    for name, extra in LOCKS.items():
        command = [
            str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--universal", "--generate-hashes",
            "--python-version", "3.11", "--no-emit-index-url", "--no-header", "--no-annotate",
            *extra, "pyproject.toml", "-o", f"requirements/{name}.txt",
        ]  # fmt: skip
        subprocess.run(command, cwd=PROJECT, check=True)


if __name__ == "__main__":
    main()
