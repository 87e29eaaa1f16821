"""The value index: in which columns a text occurs, however it is spelled."""
