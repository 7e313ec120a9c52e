"""Every room's addresses, in one place."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from musubu.api.frame import nothing
from musubu.api.urls import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("musubu.api.pages")),
    path("api/<path:rest>", nothing),  # whoever calls a wrong address reads the answer by a program
]
urlpatterns += [
    path("", include(f"musubu.{room}.urls"))
    for room in settings.ROOMS
    if room != "api" and find_spec(f"musubu.{room}.urls")
]

handler403 = "musubu.portal.views.refused"
handler404 = "musubu.portal.views.not_found"
handler500 = "musubu.portal.views.broken"
