"""Addresses for a class: what is projected, what its phones follow, and the code that leads there."""

from django.urls import path

from rollviz.classroom import views

urlpatterns = [
    path("f", views.join),
    path("f/<str:code>", views.join),
    path("d/<str:desk>/project", views.project),
    path("d/<str:desk>/follow", views.follow),
]
