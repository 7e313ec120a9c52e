"""The meeting engine: a private Janus, spoken to over its unix WebSocket."""
