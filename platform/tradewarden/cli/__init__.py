"""The command line. What others rely on (names, keys, exit status) is listed in the README."""
