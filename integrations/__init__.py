"""The doors: messages, files and lists from outside, each behind a port."""
