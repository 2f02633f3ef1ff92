"""Makes the data folder ready: keys, and a database with the newest tables. Starts nothing."""

from __future__ import annotations

from flask_migrate import upgrade

from wiki.app import create_app


def main() -> None:
    """Create or upgrade; harmless to repeat."""
    app = create_app()
    with app.app_context():
        upgrade()
    print(f"Ready. The data is in {app.config['DATA']}.")


if __name__ == "__main__":
    main()
