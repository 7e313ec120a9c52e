from django.urls import path

from musubu.billing import views, views_debits
from musubu.billing import views_agencies as agencies
from musubu.billing import views_claims as claims
from musubu.billing import views_deposits as money_in
from musubu.billing import views_equipment as equipment
from musubu.billing import views_payouts as payouts

urlpatterns = [
    path("billing/", views.home, name="billing-home"),
    path("billing/invoices/", views.invoices, name="billing-invoices"),
    path("billing/invoices/<uuid:public_id>/", views.invoice, name="billing-invoice"),
    path("billing/invoices/<uuid:public_id>/pdf/", views.invoice_pdf, name="billing-invoice-pdf"),
    path("billing/return-invoices/<uuid:public_id>/pdf/", views.credit_note_pdf, name="billing-credit-note-pdf"),
    path("staff/deposits/", money_in.money_in, name="billing-deposits"),
    path("staff/deposits/match/", money_in.match, name="billing-match"),
    path("staff/deposits/odd/", money_in.odd, name="billing-odd"),
    path("staff/deposits/odd/<uuid:public_id>/", money_in.odd_step, name="billing-odd-step"),
    path("staff/deposits/csv/<uuid:public_id>/", money_in.csv_preview, name="billing-csv"),
    path("staff/deposits/layouts/", money_in.layouts, name="billing-layouts"),
    path("staff/deposits/layouts/<uuid:public_id>/", money_in.layout, name="billing-layout"),
    path("staff/deposits/<uuid:public_id>/", money_in.deposit, name="billing-deposit"),
    path("staff/debits/", views_debits.listing, name="billing-debits"),
    path("staff/mandates/<uuid:public_id>/", views_debits.move, name="billing-mandate"),
    path("staff/debits/<uuid:public_id>/", views_debits.run, name="billing-debit-run"),
    path("staff/debits/<uuid:public_id>/file/", views_debits.file, name="billing-debit-file"),
    path("staff/debits/<uuid:public_id>/failed/", views_debits.decide, name="billing-debit-decision"),
    path("staff/mandates/<uuid:public_id>/form/", views_debits.consent_form, name="billing-mandate-form"),
    path("staff/banks/", views_debits.banks, name="billing-banks"),
    path("staff/agencies/", agencies.listing, name="billing-agencies"),
    path("staff/agencies/<uuid:public_id>/", agencies.agency, name="billing-agency"),
    path("staff/handovers/<uuid:public_id>/file/", agencies.out_file, name="billing-handover-file"),
    path("equipment/", equipment.home, name="billing-equipment"),
    path("equipment/orders/<uuid:public_id>/cancellation/", equipment.cancel, name="billing-equipment-cancel"),
    path("equipment/units/<uuid:public_id>/fault/", equipment.fault, name="billing-equipment-fault"),
    path("staff/equipment/", equipment.desk, name="billing-equipment-desk"),
    path("staff/equipment/orders/<uuid:public_id>/", equipment.order, name="billing-equipment-order"),
    path("staff/equipment/faults/<uuid:public_id>/", equipment.replacement, name="billing-equipment-replacement"),
    path("staff/equipment/articles/<uuid:public_id>/", equipment.withdraw, name="billing-article-withdraw"),
    path("claims/", claims.home, name="billing-claims"),
    path("claims/new/", claims.make, name="billing-claims-make"),
    path("staff/claims/", claims.desk, name="billing-claims-desk"),
    path("staff/claims/carrier/", claims.pool, name="billing-claims-pool"),
    path("staff/payouts/", payouts.listing, name="billing-payouts"),
    path("staff/payouts/<uuid:public_id>/", payouts.run, name="billing-payout-run"),
    path("staff/payouts/<uuid:public_id>/result/", payouts.result, name="billing-payout-result"),
    path("staff/payouts/<uuid:public_id>/file/", payouts.file, name="billing-payout-file"),
    path("staff/payees/<uuid:public_id>/", payouts.account, name="billing-payee"),
    path("staff/sales/", payouts.desk, name="billing-sales-desk"),
    path("statements/", payouts.own, name="billing-statements"),
    path("statements/<uuid:public_id>/pdf/", payouts.statement_pdf, name="billing-statement-pdf"),
    path("statements/<uuid:public_id>/csv/", payouts.statement_csv, name="billing-statement-csv"),
    path("staff/books/", views.books, name="billing-books"),
]
