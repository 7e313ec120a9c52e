"""How quickly meetings open, how many they carry, how soon they are back. Each against a fresh `musubu serve`."""

from bench.meetings import signalling

BENCHES = {
    "meetings.joins": signalling.joins,
    "meetings.events": signalling.events,
}
