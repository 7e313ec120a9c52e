"""How this room plugs into contracts."""

from musubu.contracts.services import Service
from musubu.learning.models import Space

SERVICE = Service(
    id="learno",
    prefix="LN",
    names={"ja": "eラーニング", "en": "E-learning", "zh": "在线学习"},
    first_page="learning-first-page",
    space=lambda: Space,
)
