"""ffmpeg as a child with limits and progress, and ffprobe's answers as typed values. No shell, no room."""

from musubu.engines.ffmpeg.probe import Facts, facts, packet_times
from musubu.engines.ffmpeg.run import EngineFailed, Limits, run

__all__ = ["EngineFailed", "Facts", "Limits", "facts", "packet_times", "run"]
