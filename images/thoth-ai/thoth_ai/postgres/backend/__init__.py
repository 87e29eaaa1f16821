"""Django's backend for PostgreSQL, with SQLite's leniency towards text."""
