#!/opt/thoth/bin/python3
"""Run a management command."""

from thoth_ai import entry

entry.main(entry.manage)
