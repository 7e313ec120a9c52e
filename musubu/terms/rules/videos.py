"""How long videos stay on Free (VG-11.6, VG-12)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from musubu.terms.calendar import DAY
from musubu.terms.errors import EventError
from musubu.terms.life import DEADLINE, Life
from musubu.terms.outcomes import Step


def post(life: Life, data: dict[str, Any]) -> None:
    video = str(data["id"])
    if video in life.videos:
        raise EventError("id", "video-posted", video=video)
    if not life.running:
        return
    life.videos[video] = life.now
    if life.free:
        _schedule_deletion(life, video)


def _schedule_deletion(life: Life, video: str) -> None:
    """Thirty days pass from the hour of posting; the window is on the day after they have passed."""
    rule = life.need("retention")
    passed = life.videos[video] + DAY * rule["video_days"]
    life.schedule(datetime.combine(passed.date() + DAY, time(rule["window_from"])), DEADLINE, "delete-video", video)


def delete(life: Life, video: str) -> None:
    if video not in life.videos or not life.free:
        return
    rule = life.need("retention")
    posted = life.videos.pop(video)
    window = [
        datetime.combine(life.today, time(rule[edge])).isoformat() + "+09:00" for edge in ("window_from", "window_to")
    ]
    data = {"id": video, "window_from": window[0], "window_to": window[1]}
    life.emit(
        "video.deleted",
        rule.clause,
        data,
        Step(rule.family, {"posted": posted.isoformat(), "days": rule["video_days"]}),
    )


def fall_to_free(life: Life) -> None:
    """VG-11.6: what was posted long enough ago goes with the fall, the rest in its own time."""
    rule = life.rule("fall-deletion")
    if rule is None:
        return
    moment = life.now.isoformat() + "+09:00"
    for video, posted in list(life.videos.items()):
        if life.now - posted >= DAY * rule["fall_video_days"]:
            del life.videos[video]
            data = {"id": video, "window_from": moment, "window_to": moment}
            life.emit(
                "video.deleted",
                rule.clause,
                data,
                Step(rule.family, {"posted": posted.isoformat(), "days": rule["fall_video_days"]}),
            )
        else:
            _schedule_deletion(life, video)
