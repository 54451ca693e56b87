"""One module or package for each accounting software that the sandbox plays."""
