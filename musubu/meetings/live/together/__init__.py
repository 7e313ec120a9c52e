"""What is done together in running rooms; registered where the live process starts."""

from musubu.meetings.live import features
from musubu.meetings.live.together.attendance import AttendanceList
from musubu.meetings.live.together.boards import Boards
from musubu.meetings.live.together.documents import Documents
from musubu.meetings.live.together.files import Files
from musubu.meetings.live.together.polls import Polls


def register() -> None:
    for feature in (Files(), Boards(), Documents(), Polls(), AttendanceList()):
        features.register(feature)
