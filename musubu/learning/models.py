"""What e-learning keeps for a contract."""

from musubu.contracts.services import Space as ServiceSpace


class Space(ServiceSpace):
    """The room that a contract has in this service."""
