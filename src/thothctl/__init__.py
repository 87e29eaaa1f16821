"""Installs and operates self-hosted AI data stacks."""
