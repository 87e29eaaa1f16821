"""What thothctl does: plan, steps, execute, recover."""
