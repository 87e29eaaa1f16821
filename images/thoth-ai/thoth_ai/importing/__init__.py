"""Taking a SQLite database in, whole or not at all."""
