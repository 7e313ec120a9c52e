"""Clients and formats of what stands outside the house. Knows no room."""
