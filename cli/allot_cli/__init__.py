"""The command line, also as a kubectl plugin."""
