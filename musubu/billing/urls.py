from django.urls import path

from musubu.billing import views, views_debits
from musubu.billing import views_deposits as money_in

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
    path("staff/books/", views.books, name="billing-books"),
]
