"""What must survive a restart: how a desk began, what was done to it and when, and how far its clock has come."""

from django.db import models


class Desk(models.Model):
    id = models.CharField(primary_key=True, max_length=16)
    scenario = models.TextField(help_text="The YAML that it began with")
    seed = models.BigIntegerField()
    key_hash = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)

    at_ms = models.BigIntegerField(default=0, help_text="Simulated milliseconds behind it when the clock was last noted")
    noted = models.FloatField(null=True, help_text="Wall clock of that note in Unix seconds; null while the clock stands")
    paused = models.BooleanField(default=False)
    speed = models.FloatField(default=1.0)


class JournalEntry(models.Model):
    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="entries")
    seq = models.PositiveIntegerField()
    at_ms = models.BigIntegerField()
    command = models.TextField(help_text="The command as JSON")
    who = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["desk", "seq"], name="one_entry_per_place")]
