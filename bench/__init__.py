"""Measurements, each a function that returns value, unit, reach, whether it holds, and its conditions."""
