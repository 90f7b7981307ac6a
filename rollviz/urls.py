"""Which view answers which address."""

from django.urls import include, path

urlpatterns = [
    path("", include("rollviz.kubeapi.urls")),
    path("api/", include("rollviz.deskapi.urls")),
    path("", include("rollviz.links.urls")),
    path("", include("rollviz.export.urls")),
    path("", include("rollviz.terminal.urls")),
    path("", include("rollviz.classroom.urls")),
    path("", include("rollviz.desk.urls")),
]

handler400 = "rollviz.errors.bad_request"
handler403 = "rollviz.errors.forbidden"
handler404 = "rollviz.errors.not_found"
handler500 = "rollviz.errors.server_error"
