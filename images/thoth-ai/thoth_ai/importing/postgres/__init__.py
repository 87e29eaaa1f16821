"""Taking a received SQLite file into PostgreSQL."""
