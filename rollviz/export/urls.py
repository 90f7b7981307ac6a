"""Addresses of what a desk or a lesson can be taken away as, and of the file that opens one."""

from django.urls import path

from rollviz.export import views

urlpatterns = [
    path("scenario.schema.json", views.scenario_schema),
    path("lessons/<str:name>/print", views.print_lesson),
    path("d/open", views.open_file),
    path("d/<str:desk>/export/<str:file>", views.export),
]
