"""Templates as Django has them, but numbers are written in one way in every language: they are coordinates and Kubernetes' own."""

from django.template.backends.django import DjangoTemplates, Template
from django.template.context import make_context


class Page(Template):
    def render(self, context=None, request=None):
        made = make_context(context, request, autoescape=self.backend.engine.autoescape)
        made.use_l10n = False
        return self.template.render(made)


class Pages(DjangoTemplates):
    def from_string(self, template_code):
        return Page(self.engine.from_string(template_code), self)

    def get_template(self, template_name):
        return Page(super().get_template(template_name).template, self)
