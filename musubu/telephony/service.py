"""How this room plugs into contracts."""

from musubu.contracts.services import Service
from musubu.telephony.models import Space

SERVICE = Service(
    id="exaas",
    prefix="EX",
    names={"ja": "クラウドPBX", "en": "Hosted telephony", "zh": "托管电话"},
    first_page="telephony-first-page",
    space=lambda: Space,
)
