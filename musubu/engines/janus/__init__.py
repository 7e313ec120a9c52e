"""The meetings' media engine: how a private Janus is configured and started, and how to speak with it."""
