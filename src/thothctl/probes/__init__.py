"""Look and report; change nothing."""
