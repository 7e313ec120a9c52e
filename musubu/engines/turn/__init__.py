"""The relay for networks that let no UDP through: coturn's configuration, and passes for browsers."""
