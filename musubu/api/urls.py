"""Every call of the HTTP API, by subject."""

from musubu.api import contracts, meetings, recordings
from musubu.api.frame import api

CALLS = (contracts, meetings, recordings)  # each has put its calls into the frame's `api`
__all__ = ["CALLS", "api"]
