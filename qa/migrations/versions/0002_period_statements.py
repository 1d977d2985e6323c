"""period statements

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('period_statement',
    sa.Column('period_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('previous_digest', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('(n = 1) = (reason IS NULL)', name=op.f('ck_period_statement_restatement_has_a_reason')),
    sa.ForeignKeyConstraint(['created_by_id'], ['person.id'], name=op.f('fk_period_statement_created_by_id')),
    sa.ForeignKeyConstraint(['period_id'], ['period.id'], name=op.f('fk_period_statement_period_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_period_statement')),
    sa.UniqueConstraint('period_id', 'n', name=op.f('uq_period_statement_period_id_n'))
    )


def downgrade() -> None:
    op.drop_table('period_statement')
