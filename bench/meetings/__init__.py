"""How quickly meetings open, how many they carry, how soon they are back. Each against a fresh `musubu serve`."""

from bench.meetings import media, signalling

BENCHES = {
    "meetings.big_room": media.big_room,
    "meetings.events": signalling.events,
    "meetings.joins": signalling.joins,
    "meetings.media": media.media,
}
