"""One module or package for each accounting app that the sandbox plays."""
