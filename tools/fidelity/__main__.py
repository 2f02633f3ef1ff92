"""``python -m tools.fidelity``: write docs/fidelity.md and say what it came to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools.fidelity.document import document

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "fidelity.md"
FOLDER = Path(os.environ.get("POSTROOM_CORPORA", PROJECT.parent / "shared" / "corpora"))


def main() -> None:
    """Write the page."""
    try:
        page = document(FOLDER)
    except FileNotFoundError as error:
        sys.exit(f"{error.filename} is not there; POSTROOM_CORPORA says where the corpora are.")
    PAGE.write_text(page, encoding="utf-8")
    print("\n".join(line for line in page.splitlines() if line.count("|") == 7))
    print(f"Written to {PAGE.relative_to(PROJECT)}.")


if __name__ == "__main__":
    main()
