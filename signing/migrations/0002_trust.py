import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import repository.ids


class Migration(migrations.Migration):
    dependencies = [
        ("signing", "0001_initial"),
        ("repository", "0003_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnchorProposal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                ("pem", models.TextField(verbose_name="certificate (PEM)")),
                ("sha256", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("source", models.CharField(max_length=300, verbose_name="source")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("both", "signatures and time-stamps"),
                            ("signatures", "signatures only"),
                            ("timestamps", "time-stamps only"),
                        ],
                        default="both",
                        max_length=12,
                        verbose_name="trusted for",
                    ),
                ),
                ("not_before", models.DateTimeField(verbose_name="valid from")),
                ("not_after", models.DateTimeField(verbose_name="valid until")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits for a second person"),
                            ("approved", "approved"),
                            ("refused", "refused"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
            ],
            options={
                "verbose_name": "proposed trust anchor",
                "verbose_name_plural": "proposed trust anchors",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("certificate", "certificate"),
                            ("crl", "revocation list"),
                            ("ocsp", "OCSP response"),
                            ("timestamp", "time-stamp"),
                        ],
                        max_length=12,
                    ),
                ),
                ("der", models.BinaryField()),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "evidence",
                "verbose_name_plural": "evidence",
            },
        ),
        migrations.CreateModel(
            name="RevocationItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("certificate", "certificate"),
                            ("crl", "revocation list"),
                            ("ocsp", "OCSP response"),
                            ("timestamp", "time-stamp"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("issuer", models.CharField(max_length=500, verbose_name="issuer")),
                ("name_key", models.CharField(max_length=64)),
                ("serial", models.CharField(blank=True, max_length=64)),
                ("this_update", models.DateTimeField(null=True, verbose_name="issued")),
                ("next_update", models.DateTimeField(null=True, verbose_name="next one due")),
                ("url", models.CharField(blank=True, max_length=1000, verbose_name="fetched from")),
                ("got_at", models.DateTimeField(verbose_name="received")),
            ],
            options={
                "verbose_name": "revocation data",
                "verbose_name_plural": "revocation data",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="RunBasis",
            fields=[
                (
                    "verification",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="basis",
                        serialize=False,
                        to="repository.verification",
                    ),
                ),
                ("judged_at", models.DateTimeField()),
                ("at", models.DateTimeField(null=True)),
                ("policy", models.JSONField()),
                ("policy_hash", models.CharField(max_length=64)),
                ("anchors", models.JSONField(default=list)),
                ("knowledge", models.JSONField(default=list)),
                ("evidence", models.JSONField(default=list)),
                ("tools", models.JSONField(default=dict)),
                ("name", models.CharField(max_length=255)),
                ("mime", models.CharField(max_length=127)),
                ("beside_sha256", models.CharField(blank=True, max_length=64)),
                ("beside_name", models.CharField(blank=True, max_length=255)),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_label", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name": "basis of a verification",
                "verbose_name_plural": "bases of verifications",
            },
        ),
        migrations.CreateModel(
            name="RunRepeat",
            fields=[
                (
                    "id",
                    models.UUIDField(default=repository.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("repeated_at", models.DateTimeField()),
                ("same", models.BooleanField()),
                ("differing", models.JSONField(default=list)),
                ("tools", models.JSONField(default=dict)),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_label", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name": "repeated verification",
                "verbose_name_plural": "repeated verifications",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="trustanchor",
            name="approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="trustanchor",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("both", "signatures and time-stamps"),
                    ("signatures", "signatures only"),
                    ("timestamps", "time-stamps only"),
                ],
                default="both",
                max_length=12,
                verbose_name="trusted for",
            ),
        ),
        migrations.AddField(
            model_name="trustanchor",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="trustanchor",
            name="withdrawn_from",
            field=models.DateTimeField(blank=True, null=True, verbose_name="withdrawn from"),
        ),
        migrations.AddField(
            model_name="trustanchor",
            name="withdrawn_reason",
            field=models.CharField(blank=True, max_length=500, verbose_name="reason"),
        ),
        migrations.AlterField(
            model_name="trustanchor",
            name="sha256",
            field=models.CharField(db_index=True, max_length=64, verbose_name="fingerprint"),
        ),
        migrations.AddConstraint(
            model_name="trustanchor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)), fields=("sha256",), name="anchor_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="trustanchor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    ("added_by__isnull", True),
                    models.Q(("approved_by", models.F("added_by")), _negated=True),
                    _connector="OR",
                ),
                name="anchor_needs_two_people",
            ),
        ),
        migrations.AddField(
            model_name="anchorproposal",
            name="anchor",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposal",
                to="signing.trustanchor",
            ),
        ),
        migrations.AddField(
            model_name="anchorproposal",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="anchorproposal",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="revocationitem",
            name="evidence",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="items", to="signing.evidence"
            ),
        ),
        migrations.AddField(
            model_name="revocationitem",
            name="got_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="runrepeat",
            name="verification",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="repeats", to="repository.verification"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")), fields=("sha256",), name="proposal_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchorproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False), models.Q(("decided_by", models.F("proposed_by")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="proposal_needs_two_people",
            ),
        ),
        migrations.AddIndex(
            model_name="revocationitem",
            index=models.Index(fields=["name_key", "kind", "-this_update"], name="revocation_by_name"),
        ),
        migrations.AddConstraint(
            model_name="revocationitem",
            constraint=models.UniqueConstraint(fields=("evidence", "name_key", "serial"), name="revocation_item_once"),
        ),
    ]
