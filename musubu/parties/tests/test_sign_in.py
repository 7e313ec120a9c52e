"""Signing in: password, second factor, and what slows guessing."""

from __future__ import annotations

from importlib import import_module

import pyotp
import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from musubu.parties import accounts, audit, cast, wall
from musubu.parties.models import AuditEntry, Person, Role, SignInAttempts

append_only = import_module("musubu.parties.migrations.0003_audit_append_only")
pytestmark = pytest.mark.django_db
HERE = "127.0.0.1"


def test_a_customer_signs_in_with_the_password() -> None:
    provider = cast.make_provider()
    cast.make_contractor(provider)
    client = Client()
    answer = client.post("/sign-in/", {"email": "Owner@Sakura.example", "password": cast.PASSWORD})
    assert answer.status_code == 302 and answer.url == "/home/"
    assert client.get("/home/").status_code == 200
    assert client.post("/sign-out/").status_code == 302 and client.get("/home/").status_code == 302


def test_staff_need_the_second_factor_and_a_code_works_once() -> None:
    staff = cast.make_staff(cast.make_provider(), Role.SALES)
    client = Client()
    assert client.post("/sign-in/", {"email": staff.email, "password": cast.PASSWORD}).url == "/sign-in/code/"
    assert client.get("/home/").status_code == 302
    code = pyotp.TOTP(staff.totp_secret).at(wall.now())
    assert client.post("/sign-in/code/", {"code": code}).url == "/home/"
    assert not accounts.second_factor(person=staff, code=code, address=HERE)


def test_recovery_codes_work_once() -> None:
    _, person = cast.make_contractor(cast.make_provider())
    secret = pyotp.random_base32()
    codes = accounts.confirm_second_factor(person=person, secret=secret, code=pyotp.TOTP(secret).at(wall.now()))
    assert len(set(codes)) == 10
    assert accounts.second_factor(person=person, code=codes[0].lower(), address=HERE)
    assert not accounts.second_factor(person=person, code=codes[0], address=HERE)


def test_guessing_is_locked() -> None:
    cast.make_contractor(cast.make_provider())
    for _ in range(accounts.FREE_TRIES):
        with pytest.raises(accounts.SignInError, match="wrong"):
            accounts.check(email="owner@sakura.example", password="x", address=HERE)
    with pytest.raises(accounts.SignInError, match="locked") as locked:
        accounts.check(email="owner@sakura.example", password=cast.PASSWORD, address=HERE)
    assert locked.value.wait == 15
    SignInAttempts.objects.update(last_at=wall.now() - accounts.LOCK)
    assert accounts.check(email="owner@sakura.example", password=cast.PASSWORD, address=HERE)


def test_an_unknown_address_answers_the_same() -> None:
    cast.make_contractor(cast.make_provider())
    said = [
        Client().post("/sign-in/", {"email": mail, "password": "x"}).content
        for mail in ("owner@sakura.example", "a@b.example")
    ]
    assert all("errorlist" in text.decode() for text in said)


@pytest.mark.parametrize("password", ["password12", "tanakatanaka", "1234567890", "qwertyuiop"])
def test_guessable_passwords_are_refused(password: str) -> None:
    """VG-48"""
    with pytest.raises(ValidationError):
        validate_password(password, Person(name="Tanaka", email="tanaka@a.example"))
    validate_password("hoshi-7-kumo-tsuki", Person(name="Tanaka", email="tanaka@a.example"))


def test_the_audit_log_shows_where_it_was_changed() -> None:
    provider = cast.make_provider()
    for n in range(3):
        audit.record(provider=provider, actor=None, action="test", subject=str(n))
    assert audit.first_broken(provider) is None
    for forbidden in (lambda rows: rows.update(subject="changed"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            forbidden(AuditEntry.objects.filter(n=2))
    with connection.cursor() as cursor:  # as somebody would who owns the database itself
        for statement in append_only.BACK[connection.vendor]:
            cursor.execute(statement)
        AuditEntry.objects.filter(n=2).update(subject="changed")
        assert audit.first_broken(provider) == 2
        cursor.execute("DELETE FROM parties_auditentry WHERE n = 2")
    assert audit.first_broken(provider) == 2


def test_the_language_is_remembered() -> None:
    _, person = cast.make_contractor(cast.make_provider())
    client = Client()
    client.force_login(person)
    client.post("/language/", {"language": "en"})
    person.refresh_from_db()
    assert person.language == "en" and client.cookies["musubu_language"].value == "en"
    assert client.post("/language/", {"language": "xx"}).status_code == 400
