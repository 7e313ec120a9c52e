"""How this room plugs into contracts."""

from musubu.contact_center.models import Space
from musubu.contracts.services import Service

SERVICE = Service(
    id="simpleconnect",
    prefix="SC",
    names={
        "ja": "クラウド電話・コンタクトセンター",
        "en": "Cloud telephone and contact centre",
        "zh": "云电话与联络中心",
    },
    first_page="contact_center-first-page",
    space=lambda: Space,
)
