"""A desk has takes. What was done before is its first."""

import django.db.models.deletion
from django.db import migrations, models


def first_takes(apps, schema_editor):
    Desk, Take = apps.get_model("rooms", "Desk"), apps.get_model("rooms", "Take")
    desks = Desk.objects.values_list("pk", "at_ms").iterator(1000)
    Take.objects.bulk_create((Take(desk_id=pk, number=1, end_ms=at_ms) for pk, at_ms in desks), batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("rooms", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="desk",
            name="at_ms",
            field=models.BigIntegerField(default=0, help_text="Where the playhead was when the clock was last noted"),
        ),
        migrations.AddField(
            model_name="desk", name="take", field=models.PositiveIntegerField(default=1, help_text="The take that is on the desk")
        ),
        migrations.AlterField(
            model_name="journalentry",
            name="seq",
            field=models.PositiveIntegerField(help_text="Its place among all commands of the desk, whatever the take"),
        ),
        migrations.AddField(model_name="journalentry", name="take", field=models.PositiveIntegerField(default=1)),
        migrations.CreateModel(
            name="Take",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("parent", models.PositiveIntegerField(default=0, help_text="The take that it left; 0 for the first")),
                ("kept", models.PositiveIntegerField(default=0, help_text="How many commands of its parent it begins with")),
                ("from_ms", models.BigIntegerField(default=0, help_text="When it left its parent")),
                (
                    "end_ms",
                    models.BigIntegerField(default=0, help_text="How far it went, when the playhead was last noted before its end"),
                ),
                (
                    "said",
                    models.TextField(default="", help_text="What the desk said at its end, when another take was begun or opened"),
                ),
                ("desk", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="takes", to="rooms.desk")),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=["desk", "number"], name="one_take_of_a_number")],
            },
        ),
        migrations.RunPython(first_takes, migrations.RunPython.noop),
    ]
