from django.urls import path

from musubu.billing import views, views_books, views_dashboard, views_debits, views_lines, views_runs, views_trials

urlpatterns = [
    path("billing/", views.home, name="billing-home"),
    path("billing/invoices/", views.invoices, name="billing-invoices"),
    path("billing/invoices/<uuid:public_id>/", views.invoice, name="billing-invoice"),
    path("billing/invoices/<uuid:public_id>/pdf/", views.invoice_pdf, name="billing-invoice-pdf"),
    path("billing/return-invoices/<uuid:public_id>/pdf/", views.credit_note_pdf, name="billing-credit-note-pdf"),
    path("staff/deposits/", views.money_in, name="billing-deposits"),
    path("staff/deposits/match/", views.match, name="billing-match"),
    path("staff/debits/", views_debits.listing, name="billing-debits"),
    path("staff/mandates/<uuid:public_id>/", views_debits.move, name="billing-mandate"),
    path("staff/debits/<uuid:public_id>/", views_debits.run, name="billing-debit-run"),
    path("staff/debits/<uuid:public_id>/file/", views_debits.file, name="billing-debit-file"),
    path("staff/books/", views_books.books, name="billing-books"),
    path("billing/contracts/<uuid:public_id>/invoices/<int:n>/", views.invoice_of, name="billing-invoice-of"),
    path("billing/invoices/<uuid:public_id>/lines/<int:n>/", views_lines.line, name="billing-line"),
    path("staff/books/receivables/", views_books.ages, name="billing-ages"),
    path("staff/books/deferred/", views_books.deferred, name="billing-deferred"),
    path("staff/books/tax/", views_books.tax, name="billing-tax"),
    path("staff/money/", views_dashboard.dashboard, name="billing-dashboard"),
    path("staff/money/<uuid:public_id>/", views_dashboard.progress, name="billing-outlook-progress"),
    path("staff/trials/", views_trials.listing, name="billing-trials"),
    path("staff/trials/<uuid:public_id>/", views_trials.trial, name="billing-trial"),
    path("staff/trials/<uuid:public_id>/act/", views_trials.act, name="billing-trial-act"),
    path("staff/trials/<uuid:public_id>/progress/", views_trials.progress, name="billing-trial-progress"),
    path("staff/trials/new/<slug:service>/", views_trials.new, name="billing-trial-new"),
    path("staff/runs/", views_runs.month, name="billing-runs"),
    path("staff/runs/<uuid:public_id>/", views_runs.act, name="billing-run-act"),
    path("staff/runs/<uuid:public_id>/progress/", views_runs.progress, name="billing-run-progress"),
]
