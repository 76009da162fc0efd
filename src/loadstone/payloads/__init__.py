"""ASK: scripts for foreign interpreters. Standard library only, Python 3.6 syntax, JSON in and out."""
