"""Layers of settings and the questions of the wizard."""
