"""What web meetings keeps for a contract."""

from __future__ import annotations

from musubu.contracts.services import Space as ServiceSpace


class Space(ServiceSpace):
    """The contract's place in this service. `settings` holds its defaults for rooms (see `meetings.defaults`), its
    branding and where its rooms may be embedded."""
