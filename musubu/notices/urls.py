from django.urls import path

from musubu.notices import views

urlpatterns = [
    path("notices/", views.board, name="notices-board"),
    path("mailbox/", views.mailbox, name="notices-mailbox"),
    path("mailbox/<uuid:public_id>/", views.message, name="notices-message"),
]
