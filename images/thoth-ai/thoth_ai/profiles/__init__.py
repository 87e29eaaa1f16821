"""What the values of columns look like, found out while they are loaded, and what follows of it."""
