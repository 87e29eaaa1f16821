"""The Django server that answers questions about databases in plain language."""
