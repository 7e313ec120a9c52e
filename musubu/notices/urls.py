from django.urls import path

from musubu.notices import views

urlpatterns = [
    path("notices/", views.board, name="notices-board"),
    path("contact/", views.contact, name="notices-contact"),
    path("mailbox/", views.mailbox, name="notices-mailbox"),
    path("mailbox/<uuid:public_id>/", views.message, name="notices-message"),
    path("mailbox/<uuid:public_id>/files/<int:n>/", views.attachment, name="notices-attachment"),
    path("staff/notices/", views.posts, name="notices-posts"),
    path("staff/notices/<uuid:public_id>/withdrawal/", views.withdrawal, name="notices-withdrawal"),
]
