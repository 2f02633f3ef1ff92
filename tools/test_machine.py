"""Looks for what the tests need besides Python, installs it where it may, and says what is left out where not.

Debian's packages only, by apt, as root or by sudo that asks for no password. In CI a missing part is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A program, the Debian packages that bring it, and the tests that need it."""

    program: str
    packages: tuple[str, ...]
    tests: str


PARTS = (
    Part("dovecot", ("dovecot-imapd", "dovecot-pop3d"), "fetching from Dovecot over IMAP, IMAPS, POP and POPS"),
    Part("chromium", ("chromium", "fonts-noto-cjk"), "the journeys in a browser, in both themes"),
    Part("strace", ("strace",), "that nothing is removed from a server before the archive is durable"),
)
FOLDERS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def missing() -> list[Part]:
    """The parts that this machine does not have."""
    return [part for part in PARTS if shutil.which(part.program, path=FOLDERS) is None]


def main() -> None:
    """Install what is missing, or say how."""
    absent = missing()
    if absent and shutil.which("apt-get"):
        packages = [package for part in absent for package in part.packages]
        if _is_root() or _sudo_is_free():
            print(f"Installing {', '.join(packages)} ...")
            _install(packages)
            absent = missing()
    if not absent:
        return
    packages = [package for part in absent for package in part.packages]
    print("Not on this machine, so these tests are left out:")
    for part in absent:
        print(f"  {part.program}: {part.tests}")
    print(f"This would install them: sudo apt-get install --no-install-recommends {' '.join(packages)}")
    if os.environ.get("CI") == "true":
        sys.exit("In CI no test is left out.")


def _install(packages: list[str]) -> None:
    prefix = [] if _is_root() else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = subprocess.DEVNULL
    subprocess.run([*prefix, "apt-get", "update", "-qq"], check=False, stdout=quiet, env=environment)
    command = [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(command, check=False, stdout=quiet, env=environment)


def _is_root() -> bool:
    return os.geteuid() == 0


def _sudo_is_free() -> bool:
    if shutil.which("sudo") is None:
        return False
    return subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    main()
