"""Deploy-time settings, read once from the environment; docs/settings.md describes each of them.

What an administrator may change while the wiki runs is not here but in :mod:`wiki.settings`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parent


class ConfigError(Exception):
    """A setting cannot be used; the message names the variable and says what it takes."""


def env_bool(environ: Mapping[str, str], name: str, default: bool) -> bool:
    """Read yes/no words; anything else is an error rather than a silent default."""
    value = environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ConfigError(f"{name} must be yes or no, not {value!r}.")


def env_int(environ: Mapping[str, str], name: str, default: int, least: int = 0) -> int:
    """Read a whole number that is at least ``least``."""
    value = environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit() or int(value) < least:
        raise ConfigError(f"{name} must be a whole number of at least {least}, not {value!r}.")
    return int(value)


def env_list(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read a comma-separated list."""
    return tuple(item.strip() for item in environ.get(name, "").split(",") if item.strip())


def env_secret(environ: Mapping[str, str], name: str) -> str | None:
    """Read a secret from ``NAME``, or from the file that ``NAME_FILE`` points to."""
    file_name = environ.get(f"{name}_FILE", "").strip()
    if file_name:
        return Path(file_name).read_text(encoding="utf-8").strip()
    return environ.get(name, "").strip() or None


def load(environ: Mapping[str, str] | None = None) -> dict[str, object]:
    """Read all settings. Creates nothing but the data folder and a generated secret key in it.

    Raises ConfigError with a sentence that names the variable.
    """
    environ = os.environ if environ is None else environ
    data = Path(environ.get("POSTROOM_DATA", "").strip() or PROJECT / "data").resolve()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    https = env_bool(environ, "POSTROOM_HTTPS", False)
    return {
        "DATA": data,
        "SECRET_KEY": env_secret(environ, "POSTROOM_SECRET_KEY") or _kept_secret(data / "keys" / "secret_key"),
        "MAIL_KEYS_FILE": Path(environ.get("POSTROOM_MAIL_KEYS_FILE", "").strip() or data / "keys" / "mail_keys"),
        "SQLALCHEMY_DATABASE_URI": environ.get("POSTROOM_DATABASE_URL", "").strip()
        or f"sqlite:///{data / 'postroom.sqlite'}",
        "SUPER_GROUP": environ.get("POSTROOM_SUPER_GROUP", "").strip() or "confluence-administrators",
        "USERS_GROUP": environ.get("POSTROOM_USERS_GROUP", "").strip() or "confluence-users",
        "BIND": environ.get("POSTROOM_BIND", "").strip() or "127.0.0.1:8000",
        "WEB_THREADS": env_int(environ, "POSTROOM_WEB_THREADS", 8, least=1),
        "TRUSTED_PROXIES": env_int(environ, "POSTROOM_TRUSTED_PROXIES", 0),
        "MAIL_ALLOW_HOSTS": frozenset(item.lower() for item in env_list(environ, "POSTROOM_MAIL_ALLOW_HOSTS")),
        "MAIL_CA_FILE": environ.get("POSTROOM_MAIL_CA_FILE", "").strip() or None,
        "MAIL_REQUIRE_TLS": env_bool(environ, "POSTROOM_MAIL_REQUIRE_TLS", False),
        "MAIL_DELETE_DELAY_HOURS": env_int(environ, "POSTROOM_MAIL_DELETE_DELAY_HOURS", 24),
        "MAIL_FETCH_MINUTES": env_int(environ, "POSTROOM_MAIL_FETCH_MINUTES", 30, least=1),
        "MAIL_FETCH_DEADLINE_SECONDS": env_int(environ, "POSTROOM_MAIL_FETCH_DEADLINE_SECONDS", 600, least=1),
        "MAIL_MAX_MESSAGE_MB": env_int(environ, "POSTROOM_MAIL_MAX_MESSAGE_MB", 100, least=1),
        "MAIL_VERIFY_DAYS": env_int(environ, "POSTROOM_MAIL_VERIFY_DAYS", 30, least=1),
        "MAIL_SEARCHABLE_CHARACTERS": env_int(environ, "POSTROOM_MAIL_SEARCHABLE_CHARACTERS", 200_000, least=1),
        "MAIL_PARSE_SECONDS": env_int(environ, "POSTROOM_MAIL_PARSE_SECONDS", 60, least=1),
        "MAIL_PARSE_MEMORY_MB": env_int(environ, "POSTROOM_MAIL_PARSE_MEMORY_MB", 512, least=128),
        "IMPORT_FOLDERS": tuple(Path(item).resolve() for item in env_list(environ, "POSTROOM_IMPORT_FOLDERS")),
        "IMPORT_UNPACKED": env_int(environ, "POSTROOM_IMPORT_UNPACKED_GB", 200, least=1) * 1024**3,
        # An ordinary form; only the mailbox upload, behind its own check of rights, takes more.
        "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
        "MAX_UPLOAD_LENGTH": env_int(environ, "POSTROOM_MAX_UPLOAD_MB", 2048, least=1) * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "LOG_LEVEL": environ.get("POSTROOM_LOG_LEVEL", "").strip().upper() or "INFO",
        **_cookies(https),
        "HTTPS": https,
        # Our pages send no Referer (no-referrer), which the strict check would ask for; the token and SameSite remain.
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_CSRF_TIME_LIMIT": None,  # a form left open overnight still saves; the token lives as long as the session
    }


def _cookies(https: bool) -> dict[str, object]:
    return {
        # A cookie goes out only when it changes: never with a style sheet that caches on the way may keep.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SESSION_COOKIE_NAME": "postroom",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "REMEMBER_COOKIE_NAME": "postroom_remember",
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": https,
        "REMEMBER_COOKIE_DURATION": 30 * 24 * 3600,
    }


def _kept_secret(path: Path) -> str:
    """Generate a secret once and keep it, readable by the owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, beside = tempfile.mkstemp(dir=path.parent)  # mode 0600
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32))
            stream.flush()
            os.fsync(stream.fileno())
        # Of two processes that start at once the first one's link stays; it never shows half a secret.
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
        Path(beside).unlink()
    return path.read_text(encoding="ascii").strip()
