"""A short link is the text of a long one, kept here under a name that nobody can guess."""

from django.db import models


class ShortLink(models.Model):
    id = models.CharField(primary_key=True, max_length=16)
    text = models.TextField(help_text="What simulation.links wrote")
    sum = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the text: the same run is kept once")
    title = models.CharField(max_length=200, help_text="What was going on, as seen when the link was made")
    words = models.CharField(max_length=400)
    created = models.DateTimeField(auto_now_add=True)
