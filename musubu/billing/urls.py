from django.urls import path

from musubu.billing import views, views_card_desk, views_cards, views_debits, views_dunning

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
    path("staff/books/", views.books, name="billing-books"),
    path("billing/payments/", views_cards.payments, name="billing-payments"),
    path("billing/card/", views_cards.card, name="billing-card"),
    path("billing/card/leave/", views_cards.leave, name="billing-card-leave"),
    path("billing/card/back/", views_cards.back, name="billing-card-back"),
    path("billing/card/remove/", views_cards.remove, name="billing-card-remove"),
    path("billing/invoices/<uuid:public_id>/card/", views_cards.pay, name="billing-pay-by-card"),
    path("billing/invoices/<uuid:public_id>/receipt/", views_cards.receipt, name="billing-receipt"),
    path("webhooks/stripe/", views_cards.told, name="billing-card-message"),
    path("staff/cards/", views_card_desk.listing, name="billing-card-desk"),
    path("staff/cards/refund/<uuid:public_id>/", views_card_desk.refund, name="billing-card-refund"),
    path("staff/cards/look/<uuid:public_id>/", views_card_desk.look, name="billing-card-look"),
    path("staff/dunning/", views_dunning.listing, name="billing-dunning"),
    path("staff/dunning/<uuid:public_id>/", views_dunning.case, name="billing-dunning-case"),
    path("staff/plans/<uuid:public_id>/end/", views_dunning.end_plan, name="billing-plan-end"),
    path("staff/write-offs/", views_dunning.write_offs, name="billing-write-offs"),
    path("staff/write-offs/<uuid:public_id>/", views_dunning.decide, name="billing-write-off"),
]
