"""Rules outside the loop: notices, hours, conclusion, access, custody, payment methods, measures."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from musubu import terms
from musubu.terms.rules import acceptance, access, announcements, conclusion, custody, hours, measures, methods
from musubu.terms.rules.announcements import Sent

AT, LATER = datetime(2026, 4, 10, 9), datetime(2026, 4, 10, 9, 5)


@pytest.mark.parametrize(
    ("clause", "service", "notice", "effective"),
    [
        ("SC-3", "simpleconnect", Sent("web", AT), AT),
        ("SC-3", "simpleconnect", Sent("email", AT, reached=LATER), LATER),
        ("SC-3", "simpleconnect", Sent("email", AT), None),
        ("VG-3", "videog", Sent("other", AT, named=LATER), LATER),
        ("LN-3", "learno", Sent("email", AT, reached=LATER), AT),
        ("LO-24", "liveon", Sent("post", AT), AT),
    ],
)
def test_when_a_notice_takes_effect(clause: str, service: str, notice: Sent, effective: datetime | None) -> None:
    assert announcements.takes_effect(service, notice) == effective


def test_a_channel_the_terms_do_not_know_is_refused() -> None:
    """LO-24 knows e-mail and post."""
    with pytest.raises(ValueError, match="email, post"):
        announcements.takes_effect("liveon", Sent("web", AT))


def test_of_two_web_notices_the_newer_date_wins() -> None:
    """SC-3"""
    assert announcements.prevailing([date(2026, 4, 1), date(2026, 5, 1)]) == date(2026, 5, 1)


def test_interruptions_are_told_before_or_promptly_after() -> None:
    """SC-28, VG-35, VG-36, LN-23, LN-24.1, EX-15"""
    assert announcements.interruption_told(AT, emergency=False) == AT
    assert announcements.interruption_told(AT, emergency=True) == datetime(2026, 4, 11, 9)


def test_changes_of_price_are_told_beforehand() -> None:
    """SC-27.1, SC-9.5"""
    assert announcements.service_change_told(date(2026, 7, 1)) == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("clause", "service", "kind", "due"),
    [
        ("LN-14.1", "learno", "facts", date(2026, 2, 28)),
        ("VG-16", "videog", "merger", date(2026, 4, 14)),
        ("VG-16", "videog", "facts", date(2026, 3, 31)),
        ("SC-16", "simpleconnect", "facts", date(2026, 3, 31)),
    ],
)
def test_by_when_changes_are_reported(clause: str, service: str, kind: str, due: date) -> None:
    assert announcements.change_report_due(service, date(2026, 3, 31), kind) == due
    assert announcements.reaches_old_address(reported=False)


def test_a_reference_customer_is_shown_ten_days_after_the_mail() -> None:
    """VG-17"""
    mailed = date(2026, 4, 1)
    assert not announcements.may_show_as_reference(mailed, date(2026, 4, 10), None, False)
    assert announcements.may_show_as_reference(mailed, date(2026, 4, 11), None, False)
    assert not announcements.may_show_as_reference(mailed, date(2026, 5, 1), date(2026, 4, 10), False)
    assert not announcements.may_show_as_reference(mailed, date(2026, 5, 1), None, True)


def test_small_notices() -> None:
    """SC-4.5, SC-22, LN-34.2, LO-27, LN-38"""
    assert announcements.may_advertise(True) and not announcements.may_advertise(False)
    assert announcements.transfer_of_business_told(date(2026, 4, 30)) == date(2026, 2, 28)
    assert announcements.breach_report_due(AT) == AT
    assert announcements.confidential_until(date(2026, 4, 30), personal=False) == date(2027, 4, 30)
    assert announcements.confidential_until(date(2026, 4, 30), personal=True) is None


@pytest.mark.parametrize(
    ("clause", "service", "at", "is_open"),
    [
        ("SC-20.1", "simpleconnect", datetime(2026, 4, 10, 10), True),
        ("SC-20.1", "simpleconnect", datetime(2026, 4, 10, 18), False),
        ("LN-18.2.2", "learno", datetime(2026, 4, 10, 16, 59), True),
        ("LN-18.2.2", "learno", datetime(2026, 4, 29, 12), False),
        ("EX-49", "exaas", datetime(2026, 4, 10, 9), True),
        ("EX-49", "exaas", datetime(2026, 4, 11, 12), False),
    ],
)
def test_when_support_answers(clause: str, service: str, at: datetime, is_open: bool) -> None:
    assert hours.support_open(service, at) == is_open
    assert not hours.support_open(service, at, closed=[at.date()])


@pytest.mark.parametrize(
    ("detected", "level", "target"),
    [
        (datetime(2026, 4, 10, 10), 1, datetime(2026, 4, 10, 16)),
        (datetime(2026, 4, 10, 17), 2, datetime(2026, 4, 11, 17)),
        (datetime(2026, 12, 29, 12), 2, datetime(2026, 12, 30, 12)),
        (datetime(2026, 4, 11, 12), 2, datetime(2026, 4, 12, 12)),
    ],
)
def test_the_service_level_of_a_fault(detected: datetime, level: int, target: datetime) -> None:
    """LN-43; SC-4.2 and LN-18.1: usable at any hour."""
    assert hours.service_level(detected) == (level, target)
    assert hours.usable(detected)


@pytest.mark.parametrize(
    ("clause", "service", "steps"),
    [
        ("SC-7", "simpleconnect", conclusion.Steps(registered=LATER)),
        ("LN-12.1", "learno", conclusion.Steps(accepted=LATER)),
        ("VG-4", "videog", conclusion.Steps(accepted=LATER)),
        ("EX-8 EX-9.1", "exaas", conclusion.Steps(accepted=AT, notice_arrived=LATER)),
        ("LO-8.1", "liveon", conclusion.Steps(accepted=AT, key_delivered=LATER)),
    ],
)
def test_the_moment_of_conclusion(clause: str, service: str, steps: conclusion.Steps) -> None:
    assert conclusion.concluded_at(service, steps) == LATER
    assert conclusion.concluded_at(service, conclusion.Steps()) is None


def test_what_an_application_needs() -> None:
    """LO-6, SC-6.2, SC-6.3, SC-6.4, VG-8.2, VG-11.1, VG-14, LN-2, LN-18.1, LN-31, EX-9.2, EX-annex.1"""
    assert conclusion.may_register(True, True) and not conclusion.may_register(False, True)
    assert conclusion.CHANNELS["simpleconnect"] == ("online", "paper", "fax")
    assert conclusion.needs_in_person("in-person") and not conclusion.needs_in_person("online")
    assert conclusion.PLANS["videog"] == ("free", "business", "enterprise") and len(conclusion.PLANS["learno"]) == 3
    assert conclusion.may_upgrade("free") and not conclusion.may_upgrade("business")
    assert conclusion.may_use_before_approval("preview", frozenset({"preview"}))
    assert "end-client" in conclusion.parties() and conclusion.registers_contact("responsible")
    start = date(2026, 5, 1)
    assert conclusion.charged_from("exaas", date(2026, 4, 10), start) == start
    assert [conclusion.ports_allowed(ports) for ports in (99, 100, 20_000, 20_001)] == [False, True, True, False]


def test_learners_and_ports() -> None:
    """LN-13, LN-35, EX-20.6"""
    assert conclusion.learner_may_use(True, True) and not conclusion.learner_may_use(False, True)
    assert conclusion.acceptance_needed(True, None, 1) and not conclusion.acceptance_needed(False, 1, 1)
    assert conclusion.acceptance_needed(False, 1, 2)
    assert conclusion.ports_charged(100, 130) == 130


def test_sessions_terminals_versions_and_languages() -> None:
    """LO-2, LO-5.1, LO-11, LO-25"""
    assert access.may_open_session(0, False) and access.may_open_session(1, True)
    assert not access.may_open_session(1, False)
    verified = [("Chrome", "Windows 11")]
    assert access.terminal_verified("Chrome", "Windows 11", verified)
    assert not access.terminal_verified("Lynx", "Windows 11", verified)
    versions = {"1.0": date(2026, 1, 1), "1.1": date(2026, 3, 1), "2.0": date(2027, 1, 1)}
    assert access.newest(versions, date(2026, 6, 1)) == "1.1"
    assert access.prevailing_language(["zh", "en", "ja"]) == "ja"


def test_numbers_passwords_tenants_and_ids() -> None:
    """SC-23b, SC-31, VG-8b, VG-24, VG-34.3, VG-47, VG-48, LN-33.1, LN-34.1"""
    assert access.refuses_call("119", []) and not access.refuses_call("119", ["119"])
    assert not access.refuses_call("0312345678", [])
    assert access.guessable("tanaka2026!", ["Tanaka"]) and access.guessable("aaaaaaaaaaaa", [])
    assert access.guessable("short1!", []) and not access.guessable("kumo-to-mizu-88", ["Tanaka"])
    assert access.may_see("a", "a") and not access.may_see("a", "b")
    assert access.ids_affected({"a", "b"}, "a") == {"a", "b"} and not access.ids_affected({"a"}, "z")
    assert access.seller_function("business") and not access.seller_function("free")
    assert access.shared_id_signs(2, 1) and not access.shared_id_signs(1, 1)


def test_telephony_signs() -> None:
    """EX-16, EX-28, EX-30, EX-31, EX-32"""
    assert access.call_priority(True, True) == "first" and access.call_priority(False, True) == "limited"
    assert access.abuse_signs(300, 0.1, 0.1, 1) == {14, 22} and access.abuse_signs(1, 0.6, 1.0, 0) == {15, 17}
    assert access.virus_protection_told("ESET") and not access.virus_protection_told(" ")
    assert custody.terminals_proven(3, 3) and not custody.terminals_proven(4, 3)


def test_custody_of_data() -> None:
    """LO-5.3, SC-15.2, VG-5, VG-25.3, VG-39, VG-40, VG-42, LN-18.2.3, LN-32.5, LN-32.6"""
    assert custody.backup_held(date(2026, 4, 1), date(2026, 4, 7))
    assert not custody.backup_held(date(2026, 4, 1), date(2026, 4, 8))
    assert custody.exportable("simpleconnect") == ("settings", "histories", "recordings")
    assert "learners" in custody.exportable("learno")
    assert custody.backup_abroad(True) and not custody.backup_abroad(False)
    assert custody.may_convert("thumbnail") and not custody.may_convert("resale")
    assert custody.access_log("sato", AT, " repair ")["why"] == "repair"
    with pytest.raises(ValueError, match="reason"):
        custody.access_log("sato", AT, " ")
    assert custody.kept_at_end("registration") and not custody.kept_at_end("video")
    assert [custody.member_data(field) for field in ("email", "name", "blood")] == ["required", "optional", "not-asked"]


def test_reports_and_orders() -> None:
    """EX-annex.1, EX-annex.2, EX-annex.3, EX-annex.4"""
    assert "ports" in custody.report_parts("operations") and "exchange-lines" in custody.report_parts("ledgers")
    assert custody.report_parts("charging") == ("outgoing-external",)
    assert custody.report_parts("remote-change") and custody.report_parts("site-work")


def test_payment_methods() -> None:
    """LO-9, LO-10.3, SC-9.6, SC-9.7, SC-9.14, SC-10.4, SC-19, SC-24.2, VG-9.2, VG-20"""
    assert methods.allowed("simpleconnect") == ("transfer", "debit") and "card" in methods.allowed("videog")
    assert not methods.receipt_issued("simpleconnect") and methods.receipt_issued("videog")
    assert methods.may_ship(True) and not methods.may_ship(False)
    assert methods.no_refund("cancelled") and not methods.no_refund("service-ended-early")
    assert methods.maintenance_fee_due(standard_feature=False) and not methods.maintenance_fee_due(True)
    assert methods.deemed_profit(300) == 30_000


STAFF = {  # clause -> (measure, told how)
    "LO-6": ("refuse", "after"), "LO-10.3": ("charge", "after"), "LO-12": ("suspend", "after"),
    "LO-16.1": ("delete-data", "after"), "LO-16.2": ("hold", "none"), "LO-18.1": ("terminate", "after"),
    "LO-18.2": ("delete-data", "after"), "LO-19.1": ("transfer", "after"), "LO-22": ("suspend", "none"),
    "SC-6.4": ("inspect", "prior"), "SC-8": ("refuse", "after"), "SC-9.9": ("suspend", "none"),
    "SC-10.3": ("transfer", "after"), "SC-13": ("suspend", "none"), "SC-18": ("suspend", "prior"),
    "SC-19": ("charge", "prior"), "SC-22": ("disclose", "none"), "SC-24.1": ("terminate", "none"),
    "SC-25": ("demand", "after"), "SC-26": ("terminate", "none"), "SC-32.2": ("other", "after"),
    "VG-14": ("inspect", "after"), "VG-15": ("refuse", "after"), "VG-18": ("other", "after"),
    "VG-26": ("delete-data", "prior"), "VG-27": ("other", "prior"), "VG-29": ("suspend", "none"),
    "VG-30": ("delete-data", "none"), "VG-31": ("suspend", "none"), "VG-33": ("demand", "prior"),
    "VG-34.1": ("terminate", "none"), "VG-38.1": ("terminate", "none"), "VG-41.1": ("delete-data", "none"),
    "LN-7": ("terminate", "none"), "LN-12.3": ("refuse", "after"), "LN-16.1": ("terminate", "none"),
    "LN-18.2.1": ("other", "prior"), "LN-24.3": ("suspend", "none"), "LN-32.5": ("inspect", "none"),
    "LN-33.3": ("delete-data", "none"), "LN-34.1": ("suspend", "after"), "LN-34.3": ("delete-data", "none"),
    "LN-36": ("demand", "prior"), "LN-37": ("inspect", "prior"), "EX-7.2": ("terminate", "written"),
    "EX-8": ("inspect", "written"), "EX-10": ("refuse", "written"), "EX-11": ("charge", "written"),
    "EX-13": ("suspend", "prior"), "EX-18.2": ("terminate", "written"), "EX-18.4": ("terminate", "written"),
    "EX-24": ("charge", "written"), "EX-32": ("suspend", "after"), "EX-37": ("delete-data", "none"),
    "EX-40": ("terminate", "none"),
}  # fmt: skip


@pytest.mark.parametrize("clause", STAFF)
def test_staff_measures_stand_under_their_clause(clause: str) -> None:
    service = terms.texts.service_of(clause)
    measure, notice = STAFF[clause]
    assert measures.Measure(clause, measure, notice) in terms.measures(service)
    assert not measures.allowed(terms.load(service), clause, "give-away")


SHOWN = [
    "LO-1",
    "LO-3",
    "LO-4",
    "LO-7",
    "LO-15",
    "LO-26",
    "SC-10.5",
    "SC-15.1",
    "SC-17",
    "SC-30",
    "SC-31",
    "SC-32.3",
    "SC-32.4",
    "SC-34",
    "SC-35",
    "VG-19",
    "VG-24",
    "VG-51",
    "VG-52",
    "VG-54",
    "LN-6",
    "LN-7",
    "LN-8",
    "LN-9",
    "LN-33.1",
    "LN-35",
    "EX-5",
    "EX-28",
    "EX-30",
    "EX-41.3",
    "EX-42",
    "EX-43",
    "EX-47",
    "EX-48",
]


@pytest.mark.parametrize("clause", SHOWN)
def test_shown_clauses_must_be_accepted(clause: str) -> None:
    service = terms.texts.service_of(clause)
    assert clause in acceptance.shown(terms.load(service))
    assert acceptance.fingerprint("a") != acceptance.fingerprint("b")


def test_special_agreements_override_figures() -> None:
    """SC-1.3, SC-1.4, LN-1.2, EX-1"""
    own = terms.load("simpleconnect").special({"late_rate": "3.0", "SC-12.tax_rounding": "down"})
    assert own.rules["interest"][0]["late_rate"] == "3.0" and own.rules["tax"][0]["tax_rounding"] == "down"
    with pytest.raises(terms.TermsError, match="unknown figure"):
        terms.load("learno").special({"nothing": 1})
    with pytest.raises(terms.TermsError, match="per cent as text"):
        terms.load("exaas").special({"late_rate": 14.5})


def test_which_clause_lists_the_grounds_of_refusal() -> None:
    """LO-6, SC-8, VG-15, LN-12.3, EX-10"""
    assert {terms.refusal_clause(service) for service in terms.SERVICES} == {
        "LO-6",
        "SC-8",
        "VG-15",
        "LN-12.3",
        "EX-10",
    }
