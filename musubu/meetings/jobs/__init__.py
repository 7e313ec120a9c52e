"""Background work of meetings: making films of recordings, and erasing what is over."""
