"""Sign-in: password, second factor, and what slows down guessing."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import pyotp
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import F

from musubu.parties import wall
from musubu.parties.models import Person, RecoveryCode, SignInAttempts
from musubu.transactions import locked, whole

FREE_TRIES = 5
LOCK = timedelta(minutes=15)
CODES = 10
_NOBODY = make_password("nobody-has-this-password")


class SignInError(ValueError):
    """Sign-in is refused; `wait` says for how many minutes more, if it is locked."""

    def __init__(self, reason: str, wait: int = 0) -> None:
        super().__init__(reason)
        self.wait = wait


def _keys(email: str, address: str) -> list[str]:
    return [f"account:{email.lower()}", f"address:{address}"]


def _locked(keys: list[str]) -> int:
    """Minutes that are left of a lock, for the account or for the address (which may try four times as often)."""
    now = wall.now()
    for row in SignInAttempts.objects.filter(key__in=keys):
        limit = FREE_TRIES if "account:" in row.key else FREE_TRIES * 4
        if row.count >= limit and row.last_at + LOCK > now:
            return int((row.last_at + LOCK - now).total_seconds() // 60) + 1
    return 0


def _failed(keys: list[str]) -> None:
    now = wall.now()
    for key in keys:
        row, made = SignInAttempts.objects.get_or_create(key=key, defaults={"count": 1, "last_at": now})
        if not made:
            fresh = row.last_at + LOCK < now
            SignInAttempts.objects.filter(pk=row.pk).update(count=1 if fresh else F("count") + 1, last_at=now)


def check(*, email: str, password: str, address: str) -> Person:
    """The person, if the password is right. Takes the same time whether or not the account exists."""
    keys = _keys(email, address)
    if wait := _locked(keys):
        raise SignInError("locked", wait)
    person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    right = check_password(password, person.password if person else _NOBODY)
    if person is None or not right:
        _failed(keys)
        raise SignInError("wrong")
    return person


@whole
def second_factor(*, person: Person, code: str, address: str) -> bool:
    """A six-digit code, good once, or one of the recovery codes."""
    keys = _keys(person.email, address)
    if wait := _locked(keys):
        raise SignInError("locked", wait)
    row = locked(Person.objects).get(pk=person.pk)
    given = code.strip().replace(" ", "")
    step = int(wall.now().timestamp()) // 30
    for candidate in (step - 1, step, step + 1):
        expected = pyotp.TOTP(row.totp_secret).at(candidate * 30) if row.totp_secret else ""
        if expected and secrets.compare_digest(expected.encode(), given.encode()) and candidate > row.totp_last_step:
            row.totp_last_step = candidate
            row.save(update_fields=["totp_last_step"])
            SignInAttempts.objects.filter(key__in=keys).delete()
            return True
    sealed = _sealed(given)
    if RecoveryCode.objects.filter(person=row, sha256=sealed, used_at__isnull=True).update(used_at=wall.now()):
        return True
    _failed(keys)
    return False


def count_request(*, email: str, address: str) -> None:
    """A password link is asked for: as often as a wrong password is allowed, for the account and for the address."""
    keys = [f"link:{key}" for key in _keys(email, address)]
    if wait := _locked(keys):
        raise SignInError("locked", wait)
    _failed(keys)


def forget_failures(person: Person, address: str) -> None:
    SignInAttempts.objects.filter(key__in=_keys(person.email, address)).delete()


def _sealed(code: str) -> str:
    return hashlib.sha256(code.upper().encode()).hexdigest()


@whole
def confirm_second_factor(*, person: Person, secret: str, code: str) -> list[str]:
    """Set the second factor up; the recovery codes are shown this once."""
    if not pyotp.TOTP(secret).verify(code.strip(), for_time=wall.now(), valid_window=1):
        raise SignInError("wrong")
    person.totp_secret, person.totp_confirmed_at = secret, wall.now()
    person.save(update_fields=["totp_secret", "totp_confirmed_at"])
    codes = ["-".join((secrets.token_hex(3), secrets.token_hex(3))).upper() for _ in range(CODES)]
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(person=person, sha256=_sealed(code)) for code in codes)
    return codes
