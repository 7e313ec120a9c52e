"""Which of the engine's threads ("event loops") carries a connection.

A packet that goes from one thread to another wakes that thread, which costs more than to send it: a room of 64 took a
seventh more of a core where the engine dealt connections out in turn. So a room stays on one thread, the idlest when
it opened, until that one carries what a core can; what comes later goes to whichever is idlest then.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musubu.meetings.live.house import House
    from musubu.meetings.live.room import Room

FULL = 500  # streams sent on; a core carries more, but sound must not wait


def count() -> int:
    """How many the engine has: as many as there are cores (see engines.janus.config)."""
    return os.cpu_count() or 1


def choose(house: House, room: Room) -> int:
    """For the next connection of a room."""
    loads = [0] * count()
    for one in house.by_meeting.values():
        streams = len(list(one.all_streams()))
        for who in one.people.values():
            if who.media:
                loads[who.media.loop] += streams
    if room.loop is None or loads[room.loop] >= FULL:
        room.loop = loads.index(min(loads))
    return room.loop
