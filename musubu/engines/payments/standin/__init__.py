"""A stand-in for Stripe, for the demonstration and the tests: Stripe's own library talks to it over HTTP, its page plays
Checkout and 3-D Secure, and it sends signed messages. It keeps everything in one SQLite file."""

from musubu.engines.payments.standin.server import StandIn, running
from musubu.engines.payments.standin.walk import walk

__all__ = ["StandIn", "running", "walk"]
