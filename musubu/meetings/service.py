"""How this room plugs into contracts."""

from musubu.contracts.services import Service
from musubu.meetings.models import Space

SERVICE = Service(
    id="liveon",
    prefix="LO",
    names={"ja": "Web会議", "en": "Web meetings", "zh": "网络会议"},
    first_page="meetings-first-page",
    space=lambda: Space,
)
