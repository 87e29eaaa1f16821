"""What the server knows about the databases it can be asked about."""
