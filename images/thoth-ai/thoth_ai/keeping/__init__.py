"""Backups from inside the container, of the form that `thothctl restore` reads."""
