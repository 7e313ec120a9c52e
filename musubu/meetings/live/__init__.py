"""Running rooms: one asyncio process holds them, speaks our typed protocol with browsers and Janus' with the engine."""
