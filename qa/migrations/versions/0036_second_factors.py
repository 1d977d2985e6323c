"""second factors, recovery codes, names at a provider of sign-ins, and tries to sign in

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def of_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["person.id"], name=op.f(f"fk_{table}_user_id"))


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("last_step", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        of_person("second_factor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("user_id", name=op.f("uq_second_factor_user_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", ID, nullable=False),
        of_person("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("user_id", "digest", name=op.f("uq_recovery_code_user_id_digest")),
    )
    op.create_table(
        "person_identity",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", ID, nullable=False),
        of_person("person_identity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_person_identity_issuer_subject")),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_person_identity_user_id_issuer")),
    )
    op.create_table(
        "sign_in_try",
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("known_device", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "outcome IN ('entered', 'wrong_password', 'wrong_code', 'asked')", name=op.f("ck_sign_in_try_outcome_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_try")),
    )
    op.create_index("ix_sign_in_try_account", "sign_in_try", ["account", "at"])
    op.create_index(op.f("ix_sign_in_try_at"), "sign_in_try", ["at"])
    with op.batch_alter_table("user_session") as session:
        session.add_column(sa.Column("entered_by", sa.String(), server_default="password", nullable=False))
        session.add_column(sa.Column("second_factor_at", MOMENT, nullable=True))
        session.add_column(sa.Column("proved_at", MOMENT, nullable=True))
        session.create_check_constraint(op.f("ck_user_session_entered_by_known"), "entered_by IN ('password', 'link', 'provider')")
    op.add_column("programme_setting", sa.Column("second_factor_roles", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("programme_setting", "second_factor_roles")
    with op.batch_alter_table("user_session") as session:
        session.drop_constraint(op.f("ck_user_session_entered_by_known"), type_="check")
        session.drop_column("proved_at")
        session.drop_column("second_factor_at")
        session.drop_column("entered_by")
    op.drop_table("sign_in_try")
    op.drop_table("person_identity")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
