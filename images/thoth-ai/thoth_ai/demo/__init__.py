"""The demo database: public shape, invented rows, and what there is to know about it."""
