import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("rooms", "0002_takes")]

    operations = [
        migrations.CreateModel(
            name="FollowCode",
            fields=[
                ("code", models.CharField(max_length=12, primary_key=True, serialize=False)),
                (
                    "desk",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="follow_code", to="rooms.desk"),
                ),
            ],
        ),
    ]
