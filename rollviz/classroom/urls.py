"""Addresses for a class: what is projected, what its phones follow, and the code that leads there."""

from django.urls import path

from rollviz.classroom import inviting, views

urlpatterns = [
    path("f", views.join),
    path("f/<str:code>", views.join),
    path("d/<str:desk>/project", views.project),
    path("d/<str:desk>/follow", views.follow),
    path("d/<str:desk>/invite", inviting.invite),
    path("d/<str:desk>/present/<str:word>", inviting.present),
]
