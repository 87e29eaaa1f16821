#!/usr/bin/python3
"""As `manage.py check_data --ask` of the product answers: the data belongs together."""

import os

os.execv("/usr/bin/python3", ["python3", "-m", "stand_in", "check"])  # noqa: S606 - its own program
