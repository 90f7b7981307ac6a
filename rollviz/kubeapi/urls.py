"""Addresses of the Kubernetes API and of the file that leads to it."""

from django.urls import path, re_path

from . import kubeconfig, views

urlpatterns = [
    re_path(r"^(?:k8s|version|healthz|livez|readyz|apis?|openapi|metrics)$|^(?:api/v1|apis|openapi)/", views.elsewhere),
    re_path(r"^k8s/(?P<address>[^/]*)(?P<path>.*)$", views.serve),
    path("d/<str:desk>/kubeconfig", kubeconfig.download),
]
