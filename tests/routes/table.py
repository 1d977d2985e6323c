"""Who finds what: for every route with an object in its address, whose object it is and who is to find it."""

from tests.routes.behind_cases import BEHIND
from tests.routes.behind_cases import WITHOUT_OBJECT as BEHIND_LISTS
from tests.routes.calibration_cases import CALIBRATION
from tests.routes.case import Case, cases
from tests.routes.coaching_cases import COACHING
from tests.routes.flat_export_cases import FLAT_EXPORTS
from tests.routes.incident_cases import INCIDENTS
from tests.routes.review_cases import REVIEWS
from tests.routes.ticket_cases import TICKETS

WITHOUT_OBJECT = """
periods.index planner.show disputes.index disputes.rates incidents.index incidents.owners_page
notices.index notices.preferences notices.choose notices.read_all notices.not_sent
second_looks.index second_looks.take_by_lot
comment_templates.index comment_templates.add comment_templates.offered
wellbeing.show wellbeing.choose wellbeing.pause wellbeing.exposure_report
filters.save filters.rename filters.delete filters.set_default
data_exports.index data_exports.order scheduled_exports.index scheduled_exports.set_up
account.password account.show account.end_other_sessions account.second_factor_page account.begin_second_factor
account.confirm_second_factor account.renew_recovery_codes account.turn_off_second_factor
calibration.create calibration.index calibration.new coaching.index coaching.effects
coaching.meetings coaching.new_meeting coaching.plan_meeting coaching.calendar coaching.library
coaching.propose_template coaching.add_training coaching.examples coaching.wait_lists coaching.cast_lot
desk.audit_trail desk.access_log_page desk.export_access_log
certification.index golden.index series.index series.new series.create
desk.home desk.search desk.verify_trail people.apply people.example people.import_form people.index people.invite_all
people.preview programme.change programme.show reviewers.fair reviewers.index reviewers.run
reviewers.export_board
reviewers.switch_fair reviews.mine reviews.queue
rubrics.add_procedure rubrics.add_rule rubrics.create rubrics.index rubrics.new rubrics.procedure_list rubrics.rules
rubrics.upload sampling.claim sampling.create_plan sampling.health sampling.index sampling.new_pick sampling.new_plan
sampling.pick sampling.pool_page sampling.reviewers sampling.set_hours sampling.strike_requests tickets.download
tickets.index tickets.intake tickets.add_source tickets.sources tickets.upload trends.index trends.export_board_pack
tickets.erase_now tickets.on_request tickets.retention_page tickets.originals tickets.ask_for_original
compare.show compare.predictive compare.programme_health
"""
PLAIN = [
    *(Case(endpoint=endpoint) for endpoint in (WITHOUT_OBJECT + BEHIND_LISTS).split()),
    Case(endpoint="trends.behind", query={"week": "2026-W14"}),
]

OBJECTS = [
    *cases(
        "account.end_session",
        {
            "Rita's browser": ("rita", lambda w: {"session_id": w.ritas_browser.id}),
            "Otto's browser": ("otto", lambda w: {"session_id": w.ottos_browser.id}),
        },
    ),
    *cases(
        "calibration.show calibration.discussion calibration.live_state calibration.report calibration.own",
        {
            "Quinn's session": ("rita rob lena otto quinn dora", lambda w: {"session_id": w.quinns_session.id}),
            "Otto's session": ("rob lena otto quinn dora", lambda w: {"session_id": w.ottos_session.id}),
        },
    ),
    *cases(
        "calibration.reveal calibration.close calibration.change calibration.export_report",
        {
            "Quinn's session": ("quinn", lambda w: {"session_id": w.quinns_session.id}),
            "Otto's session": ("otto quinn", lambda w: {"session_id": w.ottos_session.id}),
        },
    ),
    *cases(
        "calibration.consensus",
        {
            "Quinn's session": (
                "quinn",
                lambda w: {"session_id": w.quinns_session.id, "session_part_id": w.quinns_part.id},
            ),
            "Otto's session": (
                "otto quinn",
                lambda w: {"session_id": w.ottos_session.id, "session_part_id": w.ottos_part.id},
            ),
            "a part of another session": (
                "",
                lambda w: {"session_id": w.ottos_session.id, "session_part_id": w.quinns_part.id},
            ),
        },
    ),
    *cases(
        "desk.read_notice notices.mark",
        {
            "Rita's notice": ("rita", lambda w: {"notice_id": w.ritas_notice.id}),
            "Otto's notice": ("otto", lambda w: {"notice_id": w.ottos_notice.id}),
        },
    ),
    *cases(
        "people.show people.invite people.set_account people.end_sessions people.reset_second_factor",
        {
            "Rita": ("ada", lambda w: {"user_id": w.ritas_task.reviewer_id}),
            "a stranger": ("", lambda w: {"user_id": w.stranger.id}),
        },
        form={"active": "yes"},
    ),
    *cases(
        "people.end_session",
        {
            "Rita's browser": (
                "ada",
                lambda w: {"user_id": w.ritas_task.reviewer_id, "session_id": w.ritas_browser.id},
            ),
            "Otto's, as if it were Rita's": (
                "",
                lambda w: {"user_id": w.ritas_task.reviewer_id, "session_id": w.ottos_browser.id},
            ),
            "a stranger": ("", lambda w: {"user_id": w.stranger.id, "session_id": w.ritas_browser.id}),
        },
    ),
    *cases(
        "reviewers.show_case reviewers.write_case",
        {
            "about Rita": ("rita quinn", lambda w: {"case_id": w.ritas_case.id}),
            "about Rob": ("rob quinn", lambda w: {"case_id": w.robs_case.id}),
            "of another programme": ("", lambda w: {"case_id": w.foreign_case.id}),
        },
    ),
    *cases(
        "reviewers.take_case reviewers.attach_case reviewers.settle_case",
        {
            "about Rita": ("quinn", lambda w: {"case_id": w.ritas_case.id}),
            "of another programme": ("", lambda w: {"case_id": w.foreign_case.id}),
        },
    ),
    *cases(
        "reviewers.show",
        {
            "Rita": ("rita quinn", lambda w: {"user_id": w.ritas_task.reviewer_id}),
            "Rob": ("rob quinn", lambda w: {"user_id": w.robs_task.reviewer_id}),
            "a stranger": ("", lambda w: {"user_id": w.stranger.id}),
        },
    ),
    *cases(
        "reviews.score reviews.save reviews.submit reviews.undo reviews.hand_over reviews.unclear",
        {
            "Rita's part": ("rita", lambda w: {"assignment_id": w.ritas_task.id}),
            "Rob's part": ("rob", lambda w: {"assignment_id": w.robs_task.id}),
        },
    ),
    *REVIEWS,
    *CALIBRATION,
    *COACHING,
    *BEHIND,
    *INCIDENTS,
    *cases(
        "rubrics.show rubrics.document rubrics.try_out",
        {
            "published": ("rita rob lena quinn sam dora ada otto olga", lambda w: {"version_id": w.version.id}),
            "of strangers": ("", lambda w: {"version_id": w.foreign_version.id}),
        },
    ),
    *cases(
        "studies.impact studies.items studies.bridge",
        {
            "published": ("quinn dora", lambda w: {"version_id": w.version.id}),
            "of strangers": ("", lambda w: {"version_id": w.foreign_version.id}),
        },
    ),
    *cases(
        "studies.start_bridge studies.keep_found",
        {
            "published": ("quinn", lambda w: {"version_id": w.version.id}),
            "of strangers": ("", lambda w: {"version_id": w.foreign_version.id}),
        },
    ),
    *cases(
        "studies.keep_shift studies.stop_bridge",
        {
            "a study": ("quinn", lambda w: {"study_id": w.bridge.id}),
            "of strangers": ("", lambda w: {"study_id": w.foreign_bridge.id}),
        },
    ),
    *cases(
        "rubrics.edit rubrics.edit_yaml rubrics.save rubrics.save_yaml rubrics.check_yaml rubrics.send"
        " rubrics.take_back rubrics.copy rubrics.discard",
        {
            "a draft": ("lena otto quinn", lambda w: {"version_id": w.draft.id}),
            "of strangers": ("", lambda w: {"version_id": w.foreign_version.id}),
        },
    ),
    *cases(
        "rubrics.publish rubrics.send_back rubrics.retire",
        {
            "a draft": ("quinn ada", lambda w: {"version_id": w.draft.id}),
            "of strangers": ("", lambda w: {"version_id": w.foreign_version.id}),
        },
    ),
    *cases(
        "rubrics.family",
        {
            "a rubric": ("rita rob lena quinn sam dora ada otto olga", lambda w: {"family_id": w.version.family_id}),
            "of strangers": ("", lambda w: {"family_id": w.foreign_version.family_id}),
        },
    ),
    *cases(
        "rubrics.set_owner",
        {
            "a rubric": ("lena otto quinn", lambda w: {"family_id": w.version.family_id}),
            "of strangers": ("", lambda w: {"family_id": w.foreign_version.family_id}),
        },
    ),
    *cases(
        "rubrics.notes_of",
        {
            "a rubric": ("rita rob lena quinn otto", lambda w: {"family_id": w.version.family_id}),
            "of strangers": ("", lambda w: {"family_id": w.foreign_version.family_id}),
        },
    ),
    *cases(
        "rubrics.add_note",
        {
            "published": ("rita rob lena quinn otto", lambda w: {"version_id": w.version.id}),
            "of strangers": ("", lambda w: {"version_id": w.foreign_version.id}),
        },
        form={"criterion": "tone", "note": "When is it friendly?"},
    ),
    *cases(
        "rubrics.resolve_note",
        {
            "a note": ("lena otto quinn", lambda w: {"note_id": w.note.id}),
            "of strangers": ("", lambda w: {"note_id": w.foreign_note.id}),
        },
        form={"resolution": "When it names the creator's need."},
    ),
    *cases(
        "rubrics.procedure",
        {
            "a procedure": ("rita rob lena quinn sam dora ada otto olga", lambda w: {"procedure_id": w.procedure.id}),
            "of strangers": ("", lambda w: {"procedure_id": w.foreign_procedure.id}),
        },
    ),
    *cases(
        "rubrics.add_procedure_version rubrics.change_procedure rubrics.archive_procedure rubrics.restore_procedure",
        {
            "a procedure": ("lena otto quinn", lambda w: {"procedure_id": w.procedure.id}),
            "of strangers": ("", lambda w: {"procedure_id": w.foreign_procedure.id}),
        },
    ),
    *cases(
        "rubrics.compare",
        {
            "two versions": (
                "rita rob lena quinn sam dora ada otto olga",
                lambda w: {"old": w.version.id, "new": w.draft.id},
            ),
            "with one of strangers": ("", lambda w: {"old": w.version.id, "new": w.foreign_version.id}),
        },
    ),
    *cases(
        "rubrics.add_starter",
        {
            "one of the product's": ("lena otto quinn", lambda w: {"key": "general_support", "label": "1.0"}),
            "none": ("", lambda w: {"key": "general_support", "label": "99.0"}),
        },
    ),
    *cases(
        "rubrics.end_rule",
        {
            "a rule": ("quinn", lambda w: {"rule_id": w.rule.id}),
            "of strangers": ("", lambda w: {"rule_id": w.foreign_rule.id}),
        },
    ),
    *cases(
        "sampling.week",
        {
            "a week": ("quinn dora", lambda w: {"week": "2026-W12"}),
            "none": ("", lambda w: {"week": "whenever"}),
        },
    ),
    *cases(
        "sampling.draw",
        {
            "a week": ("quinn", lambda w: {"week": "2026-W12"}),
            "none": ("", lambda w: {"week": "whenever"}),
        },
    ),
    *cases(
        "sampling.show sampling.verify sampling.receipt sampling.board",
        {
            "a draw": ("quinn dora", lambda w: {"draw_id": w.draw.id}),
            "of strangers": ("", lambda w: {"draw_id": w.foreign_draw.id}),
        },
    ),
    *cases(
        "periods.show",
        {
            "a drawn week": ("quinn dora", lambda w: {"period_id": w.draw.period_id}),
            "of strangers": ("", lambda w: {"period_id": w.foreign_draw.period_id}),
        },
    ),
    *cases(
        "periods.close periods.restate",
        {
            "a drawn week": ("quinn", lambda w: {"period_id": w.draw.period_id}),
            "of strangers": ("", lambda w: {"period_id": w.foreign_draw.period_id}),
        },
    ),
    *cases(
        "sampling.supplement_form sampling.supplement sampling.shift sampling.give_out",
        {
            "a draw": ("quinn", lambda w: {"draw_id": w.draw.id}),
            "of strangers": ("", lambda w: {"draw_id": w.foreign_draw.id}),
        },
    ),
    *cases(
        "sampling.replace",
        {
            "a part": ("quinn", lambda w: {"unit_id": w.drawn_unit.id}),
            "of strangers": ("", lambda w: {"unit_id": w.foreign_unit.id}),
        },
    ),
    *cases(
        "sampling.confirm_strike sampling.decline_strike",
        {
            "a request": ("quinn", lambda w: {"request_id": w.strike.id}),
            "of strangers": ("", lambda w: {"request_id": w.foreign_strike.id}),
        },
    ),
    *cases(
        "sampling.ask_to_strike",
        {
            "Rita's part": ("rita", lambda w: {"assignment_id": w.ritas_task.id}),
            "Rob's part": ("rob", lambda w: {"assignment_id": w.robs_task.id}),
        },
    ),
    *cases(
        "sampling.reassign sampling.pause_reviewer sampling.resume_reviewer",
        {
            "Rita": ("quinn", lambda w: {"user_id": w.ritas_task.reviewer_id}),
            "a stranger": ("", lambda w: {"user_id": w.stranger.id}),
        },
    ),
    *cases(
        "sampling.give_back",
        {
            "Rita's part": ("rita", lambda w: {"assignment_id": w.ritas_task.id}),
            "Rob's part": ("rob", lambda w: {"assignment_id": w.robs_task.id}),
        },
    ),
    *cases(
        "sampling.edit_plan sampling.change_plan sampling.pause_plan sampling.resume_plan sampling.retire_plan "
        "sampling.bring_back_plan",
        {
            "a plan": ("quinn", lambda w: {"plan_id": w.sampling_plan.plan_id}),
            "of strangers": ("", lambda w: {"plan_id": w.foreign_sampling_plan.plan_id}),
        },
    ),
    *FLAT_EXPORTS,
    *TICKETS,
    *cases(
        "tickets.keep_for",
        {
            "a source": ("ada", lambda w: {"source_id": w.sams_ticket.source_id}),
            "of strangers": ("", lambda w: {"source_id": w.foreign_ticket.source_id}),
        },
        form={"days": "3000"},
    ),
    *cases(
        "tickets.lift",
        {
            "a hold": ("ada", lambda w: {"hold_id": w.hold.id}),
            "of strangers": ("", lambda w: {"hold_id": w.foreign_hold.id}),
        },
    ),
]
# These take away what other routes are tried with, so they come last.
LAST = (
    "account.end_session",
    "account.end_other_sessions",
    "people.end_session",
    "people.end_sessions",
    "people.reset_second_factor",
    "tickets.forget_mapping",
    "rubrics.discard",
    "sampling.retire_plan",
    "sampling.bring_back_plan",
    "sign_in.sign_out",
)
PUBLIC_ROUTES = {
    "operations.alive",
    "operations.ready",
    "operations.metrics_page",
    "sign_in.form",
    "sign_in.sign_in",
    "sign_in.welcome",
    "sign_in.choose_password",
    "sign_in.code_form",
    "sign_in.enter_code",
    "sign_in.forgotten",
    "sign_in.ask_for_link",
    "provider.leave",
    "provider.back",
    "provider.enter",
    "notices.stop_form",
    "notices.stop",
}
CASES = sorted([*PLAIN, *OBJECTS, Case(endpoint="sign_in.sign_out")], key=lambda case: case.endpoint in LAST)
