"""What stands between a program in a test and what it talks to: lines, certificates, network namespaces, a browser."""
