from django.urls import path

from musubu.parties import views, views_people

urlpatterns = [
    path("sign-in/", views.sign_in, name="parties-sign-in"),
    path("sign-in/code/", views.code, name="parties-code"),
    path("sign-out/", views.sign_out, name="parties-sign-out"),
    path("second-factor/", views.second_factor, name="parties-second-factor"),
    path("language/", views.language, name="parties-language"),
    path("staff/audit/", views.audit, name="parties-audit"),
    path("password/forgotten/", views_people.forgotten, name="parties-forgotten"),
    path("password/new/<str:uid>/<str:token>/", views_people.new_password, name="parties-new-password"),
    path("invitation/<str:token>/", views_people.invitation, name="parties-invitation"),
    path("profile/", views_people.profile, name="parties-profile"),
    path("switch/", views_people.switch, name="parties-switch"),
    path("people/", views_people.people, name="parties-people"),
    path("people/<uuid:public_id>/", views_people.membership, name="parties-membership"),
    path(
        "invitations/<uuid:public_id>/withdrawal/", views_people.withdraw_invitation, name="parties-withdraw-invitation"
    ),
    path("staff/provider/", views_people.provider, name="parties-provider"),
    path("staff/provider/<str:place>/", views_people.picture, name="parties-picture"),
    path("staff/provider/<str:place>/set/", views_people.provider_picture, name="parties-picture-set"),
    path("organisation/", views_people.organisation, name="parties-organisation"),
    path("clients/", views_people.clients, name="parties-clients"),
    path("clients/<uuid:public_id>/", views_people.client, name="parties-client"),
]
