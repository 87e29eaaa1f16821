"""Typer commands, output and the error boundary."""
