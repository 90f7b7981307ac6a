"""A class follows a desk by a code that one can read off a wall and type."""

from django.db import models

from rollviz.rooms.models import Desk


class FollowCode(models.Model):
    code = models.CharField(primary_key=True, max_length=12)
    desk = models.OneToOneField(Desk, on_delete=models.CASCADE, related_name="follow_code")
