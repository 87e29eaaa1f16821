"""The only home of third-party libraries, subprocesses, network and disk."""
