"""What is well and what is not."""
