"""Who carries out which outcome of the terms, and which services the provider can sell."""
