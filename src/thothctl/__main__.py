"""`python -m thothctl`."""

from thothctl.cli.main import run

if __name__ == "__main__":
    run()
