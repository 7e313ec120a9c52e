"""How quickly meetings open, how many they carry, how soon they are back. Each against a fresh `musubu serve`."""

from bench.meetings import browsers, films, media, signalling

BENCHES = {
    "meetings.big_room": media.big_room,
    "meetings.first_picture": browsers.first_picture,
    "meetings.events": signalling.events,
    "meetings.joins": signalling.joins,
    "meetings.media": media.media,
    "meetings.page_weight": browsers.page_weight,
    "meetings.recording": films.recording,
    "meetings.recovery": browsers.recovery,
}
