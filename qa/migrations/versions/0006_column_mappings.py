"""where each ticket was told, uploads that wait for their column mapping, mappings kept by name

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)
MOMENT = sa.DateTime(timezone=True)


def reference(table: str, column: str, target: str, nullable: bool = False) -> sa.Column[int]:
    """A column that names a row of another table, with the constraint that keeps it true."""
    name = f"fk_{table}_{column}"
    return sa.Column(column, BIG, sa.ForeignKey(f"{target}.id", name=op.f(name)), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("intake_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mapping", JSON, nullable=True))
        batch_op.add_column(sa.Column("mapping_name", sa.String(), nullable=True))
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("intake_run_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("origin_file", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("origin_row", BIG, nullable=True))
        batch_op.create_foreign_key(op.f("fk_ticket_intake_run_id"), "intake_run", ["intake_run_id"], ["id"])
    op.create_table(
        "saved_mapping",
        reference("saved_mapping", "programme_id", "programme"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        reference("saved_mapping", "updated_by_id", "person", nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_mapping")),
        sa.UniqueConstraint("programme_id", "name", name=op.f("uq_saved_mapping_programme_id_name")),
    )
    op.create_table(
        "intake_upload",
        reference("intake_upload", "programme_id", "programme"),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("file_names", JSON, nullable=False),
        sa.Column("looks", JSON, nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("mapping_name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        reference("intake_upload", "created_by_id", "person", nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        reference("intake_upload", "run_id", "intake_run", nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_upload")),
        sa.UniqueConstraint("token", name=op.f("uq_intake_upload_token")),
    )


def downgrade() -> None:
    op.drop_table("intake_upload")
    op.drop_table("saved_mapping")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_ticket_intake_run_id"), type_="foreignkey")
        batch_op.drop_column("origin_row")
        batch_op.drop_column("origin_file")
        batch_op.drop_column("intake_run_id")
    with op.batch_alter_table("intake_run", schema=None) as batch_op:
        batch_op.drop_column("mapping_name")
        batch_op.drop_column("mapping")
