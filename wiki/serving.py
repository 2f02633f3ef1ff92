"""The whole site on one machine: gunicorn and the worker side by side, ended together."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from honcho.manager import Manager

HERE = Path(sys.executable).parent


def commands(config: Mapping[str, Any]) -> dict[str, list[str]]:
    """The two processes: one web server with threads, one worker."""
    return {
        "web": [
            str(HERE / "gunicorn"), "wsgi:app", "--bind", str(config["BIND"]), "--worker-class", "gthread",
            "--workers", "2", "--threads", str(config["WEB_THREADS"]), "--timeout", "120", "--log-level", "warning",
        ],
        "worker": [str(HERE / "flask"), "worker"],
    }  # fmt: skip


def serve(config: Mapping[str, Any], environ: Mapping[str, str]) -> int:
    """Run both until one ends or Ctrl-C; gives the exit code."""
    manager = Manager()
    for name, command in commands(config).items():
        manager.add_process(name, " ".join(command), env=dict(environ))
    manager.loop()
    return int(manager.returncode or 0)
