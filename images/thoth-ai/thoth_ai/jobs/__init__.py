"""Work that takes long, done beside serving."""
