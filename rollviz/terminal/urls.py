"""Addresses of a desk's terminal."""

from django.urls import path

from rollviz.terminal import views

urlpatterns = [
    path("d/<str:desk>/terminal", views.type_line),
    path("d/<str:desk>/terminal/stream", views.stream),
    path("d/<str:desk>/terminal/stop", views.stop),
    path("d/<str:desk>/terminal/complete", views.completions),
]
