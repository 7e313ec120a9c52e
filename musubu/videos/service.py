"""How this room plugs into contracts."""

from musubu.contracts.services import Service
from musubu.videos.models import Space

SERVICE = Service(
    id="videog",
    prefix="VG",
    names={"ja": "動画配信・販売", "en": "Video hosting and selling", "zh": "视频托管与销售"},
    first_page="videos-first-page",
    space=lambda: Space,
)
