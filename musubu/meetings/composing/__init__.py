"""How many files of one meeting become one film: pure, without database."""
