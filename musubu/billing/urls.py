from django.urls import path

from musubu.billing import views

urlpatterns = [
    path("billing/", views.home, name="billing-home"),
    path("billing/invoices/", views.invoices, name="billing-invoices"),
    path("billing/invoices/<uuid:public_id>/", views.invoice, name="billing-invoice"),
    path("billing/invoices/<uuid:public_id>/pdf/", views.invoice_pdf, name="billing-invoice-pdf"),
    path("billing/return-invoices/<uuid:public_id>/pdf/", views.credit_note_pdf, name="billing-credit-note-pdf"),
    path("staff/deposits/", views.money_in, name="billing-deposits"),
    path("staff/deposits/match/", views.match, name="billing-match"),
    path("staff/books/", views.books, name="billing-books"),
]
