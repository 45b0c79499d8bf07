"""One-off jobs beside or without a running relay, a file for each command."""
