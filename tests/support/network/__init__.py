"""What is between a program under test and its peers: connections, certificates, network namespaces, a browser."""
