"""Tables of web meetings, one module for each subject."""

from musubu.meetings.models.commands import Command
from musubu.meetings.models.content import Board, ChatMessage, MeetingDocument, Poll, PollVote, SharedFile
from musubu.meetings.models.licences import Group, Licence
from musubu.meetings.models.meetings import Feed, Invitee, Meeting, MovedDate, Role
from musubu.meetings.models.quality import QualitySample
from musubu.meetings.models.recordings import Recording, Share, Track, Viewing
from musubu.meetings.models.sessions import Attendance, Barred, Sitting
from musubu.meetings.models.space import Space

__all__ = [
    "Attendance",
    "Barred",
    "Board",
    "ChatMessage",
    "Command",
    "Feed",
    "Group",
    "Invitee",
    "Licence",
    "Meeting",
    "MeetingDocument",
    "MovedDate",
    "Poll",
    "PollVote",
    "QualitySample",
    "Recording",
    "Role",
    "Share",
    "SharedFile",
    "Sitting",
    "Space",
    "Track",
    "Viewing",
]
