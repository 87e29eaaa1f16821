"""PostgreSQL as the server uses it: who connects to what, and what to say when it cannot."""
