"""the coaching room: meetings, trainings, templates, praise, examples, follow-up draws, wait-lists

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "coaching_series",
        sa.Column("lead_id", BIG, nullable=False),
        sa.Column("specialist_id", BIG, nullable=False),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("minute_of_day", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("agenda", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "(state = 'stopped') = (stopped_at IS NOT NULL)", name=op.f("ck_coaching_series_stopped_has_a_time")
        ),
        sa.CheckConstraint(
            "rhythm IN ('weekly', 'two_weekly', 'monthly')", name=op.f("ck_coaching_series_rhythm_known")
        ),
        sa.CheckConstraint("state IN ('running', 'paused', 'stopped')", name=op.f("ck_coaching_series_state_known")),
        sa.CheckConstraint("lead_id <> specialist_id", name=op.f("ck_coaching_series_two_people")),
        sa.CheckConstraint("minute_of_day BETWEEN 0 AND 1439", name=op.f("ck_coaching_series_within_a_day")),
        sa.CheckConstraint("minutes BETWEEN 10 AND 240", name=op.f("ck_coaching_series_lasts_a_while")),
        sa.ForeignKeyConstraint(["lead_id"], ["person.id"], name=op.f("fk_coaching_series_lead_id")),
        sa.ForeignKeyConstraint(["specialist_id"], ["person.id"], name=op.f("fk_coaching_series_specialist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_series")),
    )
    op.create_index(op.f("ix_coaching_series_lead_id"), "coaching_series", ["lead_id"])
    op.create_index(op.f("ix_coaching_series_specialist_id"), "coaching_series", ["specialist_id"])
    op.create_index(op.f("ix_coaching_series_state"), "coaching_series", ["state"])
    op.create_table(
        "coaching_template",
        sa.Column("programme_id", BIG, nullable=False),
        sa.Column("criterion_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", BIG, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("settled_by_id", BIG, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "(state = 'proposed') = (settled_at IS NULL)", name=op.f("ck_coaching_template_settled_has_a_time")
        ),
        sa.CheckConstraint("kind IN ('focus', 'action')", name=op.f("ck_coaching_template_kind_known")),
        sa.CheckConstraint("owner IN ('specialist', 'lead')", name=op.f("ck_coaching_template_owner_known")),
        sa.CheckConstraint(
            "state IN ('proposed', 'adopted', 'retired')", name=op.f("ck_coaching_template_state_known")
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL)", name=op.f("ck_coaching_template_settled_by_somebody")
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 365", name=op.f("ck_coaching_template_due_some_day")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_coaching_template_programme_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_coaching_template_proposed_by_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_coaching_template_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_template")),
    )
    op.create_index("ix_coaching_template_criterion", "coaching_template", ["programme_id", "criterion_key", "state"])
    op.create_table(
        "wait_list",
        sa.Column("programme_id", BIG, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("first_size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("drawn_by_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("first_size > 0", name=op.f("ck_wait_list_somebody_first")),
        sa.CheckConstraint("weeks BETWEEN 4 AND 26", name=op.f("ck_wait_list_waits_for_weeks")),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["person.id"], name=op.f("fk_wait_list_drawn_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_wait_list_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_list")),
    )
    op.create_table(
        "coaching_meeting",
        sa.Column("specialist_id", BIG, nullable=False),
        sa.Column("lead_id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=True),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("agenda", sa.String(), nullable=False),
        sa.Column("shared_notes", sa.String(), nullable=False),
        sa.Column("agreed", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "(state = 'planned') = (ended_at IS NULL)", name=op.f("ck_coaching_meeting_ended_has_a_time")
        ),
        sa.CheckConstraint("state IN ('planned', 'held', 'cancelled')", name=op.f("ck_coaching_meeting_state_known")),
        sa.CheckConstraint("lead_id <> specialist_id", name=op.f("ck_coaching_meeting_two_people")),
        sa.CheckConstraint("minutes BETWEEN 10 AND 240", name=op.f("ck_coaching_meeting_lasts_a_while")),
        sa.ForeignKeyConstraint(["lead_id"], ["person.id"], name=op.f("fk_coaching_meeting_lead_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["coaching_plan.id"], name=op.f("fk_coaching_meeting_plan_id")),
        sa.ForeignKeyConstraint(["specialist_id"], ["person.id"], name=op.f("fk_coaching_meeting_specialist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_meeting")),
    )
    op.create_index("ix_coaching_meeting_lead", "coaching_meeting", ["lead_id", "starts_at"])
    op.create_index(op.f("ix_coaching_meeting_plan_id"), "coaching_meeting", ["plan_id"])
    op.create_index("ix_coaching_meeting_specialist", "coaching_meeting", ["specialist_id", "starts_at"])
    op.create_table(
        "coaching_resource",
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("procedure_id", BIG, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "(url = '') = (procedure_id IS NOT NULL)", name=op.f("ck_coaching_resource_link_or_procedure")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_coaching_resource_created_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["coaching_plan.id"], name=op.f("fk_coaching_resource_plan_id")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f("fk_coaching_resource_procedure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_resource")),
    )
    op.create_table(
        "follow_up_draw",
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("frame_size", sa.Integer(), nullable=False),
        sa.Column("frame_digest", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("drawn_by_id", BIG, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("size BETWEEN 1 AND frame_size", name=op.f("ck_follow_up_draw_drawn_from_the_frame")),
        sa.CheckConstraint("until > since", name=op.f("ck_follow_up_draw_until_after_since")),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["person.id"], name=op.f("fk_follow_up_draw_drawn_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["coaching_plan.id"], name=op.f("fk_follow_up_draw_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_draw")),
        sa.UniqueConstraint("plan_id", "n", name=op.f("uq_follow_up_draw_plan_id_n")),
    )
    op.create_table(
        "training",
        sa.Column("programme_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("procedure_id", BIG, nullable=True),
        sa.Column("created_by_id", BIG, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("(kind = 'sop') = (procedure_id IS NOT NULL)", name=op.f("ck_training_sop_is_a_procedure")),
        sa.CheckConstraint("kind IN ('course', 'sop', 'other')", name=op.f("ck_training_kind_known")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_training_created_by_id")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f("fk_training_procedure_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_training_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sa.UniqueConstraint("programme_id", "title", name=op.f("uq_training_programme_id_title")),
    )
    op.create_table(
        "wait_place",
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.Column("left_reason", sa.String(), nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("(left_at IS NULL) = (left_reason IS NULL)", name=op.f("ck_wait_place_left_with_a_reason")),
        sa.CheckConstraint("wave IN (1, 2)", name=op.f("ck_wait_place_two_waves")),
        sa.ForeignKeyConstraint(["list_id"], ["wait_list.id"], name=op.f("fk_wait_place_list_id")),
        sa.ForeignKeyConstraint(["user_id"], ["person.id"], name=op.f("fk_wait_place_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_place")),
        sa.UniqueConstraint("list_id", "position", name=op.f("uq_wait_place_list_id_position")),
        sa.UniqueConstraint("list_id", "user_id", name=op.f("uq_wait_place_list_id_user_id")),
    )
    op.create_index(op.f("ix_wait_place_user_id"), "wait_place", ["user_id"])
    op.create_table(
        "coaching_series_day",
        sa.Column("series_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("meeting_id", BIG, nullable=True),
        sa.Column("skipped", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "(meeting_id IS NULL) = (skipped IS NOT NULL)", name=op.f("ck_coaching_series_day_meeting_or_skipped")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["coaching_meeting.id"], name=op.f("fk_coaching_series_day_meeting_id")
        ),
        sa.ForeignKeyConstraint(["series_id"], ["coaching_series.id"], name=op.f("fk_coaching_series_day_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_series_day")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_coaching_series_day_meeting_id")),
        sa.UniqueConstraint("series_id", "day", name=op.f("uq_coaching_series_day_series_id_day")),
    )
    op.create_table(
        "private_note",
        sa.Column("meeting_id", BIG, nullable=False),
        sa.Column("author_id", BIG, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_private_note_author_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["coaching_meeting.id"], name=op.f("fk_private_note_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_note")),
        sa.UniqueConstraint("meeting_id", "author_id", name=op.f("uq_private_note_meeting_id_author_id")),
    )
    op.create_index(op.f("ix_private_note_author_id"), "private_note", ["author_id"])
    op.create_table(
        "training_record",
        sa.Column("training_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("procedure_version_id", BIG, nullable=True),
        sa.Column("action_id", BIG, nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("result IN ('read', 'passed', 'not_passed')", name=op.f("ck_training_record_result_known")),
        sa.ForeignKeyConstraint(["action_id"], ["coaching_action.id"], name=op.f("fk_training_record_action_id")),
        sa.ForeignKeyConstraint(
            ["procedure_version_id"], ["procedure_version.id"], name=op.f("fk_training_record_procedure_version_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_training_record_recorded_by_id")),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_training_record_training_id")),
        sa.ForeignKeyConstraint(["user_id"], ["person.id"], name=op.f("fk_training_record_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_record")),
        sa.UniqueConstraint("action_id", name=op.f("uq_training_record_action_id")),
    )
    op.create_index("ix_training_record_user", "training_record", ["user_id", "done_on"])
    op.create_table(
        "follow_up_unit",
        sa.Column("draw_id", BIG, nullable=False),
        sa.Column("part_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("inclusion_probability", sa.Double(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "inclusion_probability > 0 AND inclusion_probability <= 1",
            name=op.f("ck_follow_up_unit_probability_in_range"),
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["follow_up_draw.id"], name=op.f("fk_follow_up_unit_draw_id")),
        sa.ForeignKeyConstraint(["part_id"], ["handled_part.id"], name=op.f("fk_follow_up_unit_part_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_unit")),
        sa.UniqueConstraint("draw_id", "position", name=op.f("uq_follow_up_unit_draw_id_position")),
        sa.UniqueConstraint("part_id", name=op.f("uq_follow_up_unit_part_id")),
    )
    op.create_table(
        "coaching_example",
        sa.Column("specialist_id", BIG, nullable=False),
        sa.Column("review_id", BIG, nullable=False),
        sa.Column("criterion_key", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_by_id", BIG, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_id", BIG, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_coaching_example_withdrawn_has_a_time")
        ),
        sa.CheckConstraint(
            "state <> 'shared' OR answered_at IS NOT NULL", name=op.f("ck_coaching_example_shared_by_consent")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'shared', 'declined', 'withdrawn')", name=op.f("ck_coaching_example_state_known")
        ),
        sa.CheckConstraint('"end" > start', name=op.f("ck_coaching_example_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_coaching_example_asked_by_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_coaching_example_review_id")),
        sa.ForeignKeyConstraint(["specialist_id"], ["person.id"], name=op.f("fk_coaching_example_specialist_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_coaching_example_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_example")),
        sa.UniqueConstraint(
            "review_id",
            "criterion_key",
            "message_id",
            "start",
            name=op.f("uq_coaching_example_review_id_criterion_key_message_id_start"),
        ),
    )
    op.create_index("ix_coaching_example_criterion", "coaching_example", ["criterion_key", "state"])
    op.create_index(op.f("ix_coaching_example_specialist_id"), "coaching_example", ["specialist_id"])
    op.create_table(
        "praise",
        sa.Column("specialist_id", BIG, nullable=False),
        sa.Column("given_by_id", BIG, nullable=False),
        sa.Column("review_id", BIG, nullable=True),
        sa.Column("criterion_key", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_praise_says_something")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_praise_given_by_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_praise_review_id")),
        sa.ForeignKeyConstraint(["specialist_id"], ["person.id"], name=op.f("fk_praise_specialist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_praise")),
    )
    op.create_index("ix_praise_specialist", "praise", ["specialist_id", "given_at"])
    with op.batch_alter_table("coaching_action") as table:
        table.add_column(sa.Column("training_id", BIG, nullable=True))
        table.create_foreign_key(op.f("fk_coaching_action_training_id"), "training", ["training_id"], ["id"])
    # Rows point at these two already, so SQLite cannot rebuild them: the columns are added as they are.
    op.add_column("coaching_goal", sa.Column("focus", sa.String(), nullable=True))
    op.add_column("coaching_plan", sa.Column("kind", sa.String(), server_default="focus", nullable=False))
    op.add_column("coaching_plan", sa.Column("own_words", sa.String(), nullable=True))
    op.add_column("coaching_plan", sa.Column("own_words_at", MOMENT, nullable=True))


def downgrade() -> None:
    for name in ("own_words_at", "own_words", "kind"):
        op.drop_column("coaching_plan", name)
    op.drop_column("coaching_goal", "focus")
    op.drop_table("training_record")
    with op.batch_alter_table("coaching_action") as table:
        table.drop_constraint(op.f("fk_coaching_action_training_id"), type_="foreignkey")
        table.drop_column("training_id")
    op.drop_table("praise")
    op.drop_table("coaching_example")
    op.drop_table("follow_up_unit")
    op.drop_table("private_note")
    op.drop_table("coaching_series_day")
    op.drop_table("wait_place")
    op.drop_table("training")
    op.drop_table("follow_up_draw")
    op.drop_table("coaching_resource")
    op.drop_table("coaching_meeting")
    op.drop_table("wait_list")
    op.drop_table("coaching_template")
    op.drop_table("coaching_series")
