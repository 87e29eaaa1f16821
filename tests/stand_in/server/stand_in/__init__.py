"""A server that stands in for the real one in tests of upgrades."""
