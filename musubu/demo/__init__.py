"""The demonstration provider: a small world with several months behind it."""
