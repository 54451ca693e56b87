"""One module or package per accounting app that the sandbox simulates."""
