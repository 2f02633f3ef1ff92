"""What the test servers share: whether they must be there, free ports, waiting, and stopping by their own id."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest


def required_program(name: str, package: str) -> str:
    """The path of a program; without it the test is skipped, and in CI it fails."""
    beside_python = Path(sys.executable).parent / name
    found = str(beside_python) if beside_python.exists() else shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found:
        return found
    message = f"{name} is missing: install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    """A loopback port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_listening(process: subprocess.Popen[bytes], port: int, seconds: float = 10.0) -> bool:
    """Whether the process came to listen on the port; False when it ended instead."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End one process that we started, by its id."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
