"""A new provider: its catalogue from the presets, and the invitation of its first owner."""

from __future__ import annotations

from django.utils.translation import gettext as _

from musubu.contracts import presets
from musubu.parties import actions, wall
from musubu.parties.models import Person, Provider, Role
from musubu.refusals import NotPossible
from musubu.transactions import whole


@whole
def open_provider(*, slug: str, name: str, owner_email: str, sandbox: bool) -> str:
    """The path of the link by which the owner joins. For the command line alone: whoever runs it owns the machine."""
    if Provider.objects.filter(slug=slug).exists():
        raise NotPossible(_("There is a provider %(slug)s already.") % {"slug": slug})
    provider = Provider.objects.create(
        slug=slug,
        name=name,
        names={"ja": name},
        email=owner_email,
        sandbox=sandbox,
        sandbox_now=wall.now() if sandbox else None,
    )
    presets.seed_catalogue(provider)
    inviter, _made = Person.objects.get_or_create(
        email=f"setup@{slug}.invalid", defaults={"name": name, "is_active": False}
    )
    return actions.invite_first_owner(provider=provider, inviter=inviter, email=owner_email, role=Role.OWNER)
