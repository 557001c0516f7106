"""The server for WSGI hosts: ``granian --interface wsgi wsgi:app``, ``gunicorn wsgi:app``, ``flask --app wsgi``."""

from app import create_app

app = create_app()
