"""What must survive a restart: how a desk began, its takes, what was done in each and when, and where its playhead is."""

from django.db import models


class Desk(models.Model):
    id = models.CharField(primary_key=True, max_length=16)
    scenario = models.TextField(help_text="The YAML that it began with")
    seed = models.BigIntegerField()
    key_hash = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)

    at_ms = models.BigIntegerField(default=0, help_text="Where the playhead was when the clock was last noted")
    noted = models.FloatField(null=True, help_text="Wall clock of that note in Unix seconds; null while the clock stands")
    paused = models.BooleanField(default=False)
    speed = models.FloatField(default=1.0)
    take = models.PositiveIntegerField(default=1, help_text="The take that is on the desk")


class Take(models.Model):
    """One way that the run went. All but the first begin as another did."""

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="takes")
    number = models.PositiveIntegerField()
    parent = models.PositiveIntegerField(default=0, help_text="The take that it left; 0 for the first")
    kept = models.PositiveIntegerField(default=0, help_text="How many commands of its parent it begins with")
    from_ms = models.BigIntegerField(default=0, help_text="When it left its parent")
    end_ms = models.BigIntegerField(default=0, help_text="How far it went, when the playhead was last noted before its end")
    said = models.TextField(default="", help_text="What the desk said at its end, when another take was begun or opened")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["desk", "number"], name="one_take_of_a_number")]


class JournalEntry(models.Model):
    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="entries")
    seq = models.PositiveIntegerField(help_text="Its place among all commands of the desk, whatever the take")
    take = models.PositiveIntegerField(default=1)
    at_ms = models.BigIntegerField()
    command = models.TextField(help_text="The command as JSON")
    who = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["desk", "seq"], name="one_entry_per_place")]
