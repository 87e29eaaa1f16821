"""Run management commands from a checkout."""

from thoth_ai import entry

if __name__ == "__main__":
    entry.main(entry.manage)
