"""Whose coaching is found by whom."""

from typing import Any

from tests.routes.case import Case, cases
from tests.routes.world import World

SAM, OLGA = "lena quinn sam", "otto quinn olga"  # who sees
LEADS_SAM, LEADS_OLGA = "lena quinn", "otto quinn"  # who changes


def sams(name: str, key: str) -> Any:
    return lambda w: {f"{name}_id": getattr(w.sams_coaching, key).id}


def olgas(name: str, key: str) -> Any:
    return lambda w: {f"{name}_id": getattr(w.olgas_coaching, key).id}


def strangers(name: str, key: str) -> Any:
    return lambda w: {f"{name}_id": getattr(w.foreign_coaching, key).id}


def in_plan(plan: str, name: str, whose: str, key: str) -> Any:
    def arguments(world: World) -> dict[str, Any]:
        return {
            "plan_id": getattr(world, plan).id,
            f"{name}_id": getattr(getattr(world, whose), key).id,
        }

    return arguments


COACHING: list[Case] = [
    *cases(
        "coaching.specialist coaching.export coaching.scorecard",
        {
            "Sam": ("lena quinn sam", lambda w: {"user_id": w.sams_plan.specialist_id}),
            "Olga": ("otto quinn olga", lambda w: {"user_id": w.olgas_plan.specialist_id}),
            "a stranger": ("", lambda w: {"user_id": w.stranger.id}),
        },
    ),
    *cases(
        "coaching.draw_up coaching.hand_back coaching.take_in",
        {
            "Sam": ("lena quinn", lambda w: {"user_id": w.sams_plan.specialist_id}),
            "Olga": ("otto quinn", lambda w: {"user_id": w.olgas_plan.specialist_id}),
        },
    ),
    *cases(
        "coaching.show coaching.acknowledge",
        {
            "Sam's plan": ("lena quinn sam", lambda w: {"plan_id": w.sams_plan.id}),
            "Olga's plan": ("otto quinn olga", lambda w: {"plan_id": w.olgas_plan.id}),
        },
    ),
    *cases(
        "coaching.add_action coaching.close",
        {
            "Sam's plan": ("lena quinn", lambda w: {"plan_id": w.sams_plan.id}),
            "Olga's plan": ("otto quinn", lambda w: {"plan_id": w.olgas_plan.id}),
        },
    ),
    *cases(
        "coaching.end_action",
        {
            "Sam's action": ("lena quinn sam", lambda w: {"plan_id": w.sams_plan.id, "action_id": w.sams_action.id}),
            # Olga sees the plan, but the action is her lead's.
            "Otto's action": ("otto quinn", lambda w: {"plan_id": w.olgas_plan.id, "action_id": w.ottos_action.id}),
            "an action of another plan": ("", lambda w: {"plan_id": w.sams_plan.id, "action_id": w.ottos_action.id}),
        },
    ),
    *cases(
        "coaching.new_plan coaching.praise coaching.record_training coaching.ask_example",
        {
            "Sam": (LEADS_SAM, lambda w: {"user_id": w.sams_plan.specialist_id}),
            "Olga": (LEADS_OLGA, lambda w: {"user_id": w.olgas_plan.specialist_id}),
            "a stranger": ("", lambda w: {"user_id": w.stranger.id}),
        },
        form={"text": "Well said"},
    ),
    *cases(
        "coaching.criterion",
        {
            "Sam": (SAM, lambda w: {"user_id": w.sams_plan.specialist_id, "key": "tone"}),
            "no criterion": ("", lambda w: {"user_id": w.sams_plan.specialist_id, "key": "none"}),
            "a stranger": ("", lambda w: {"user_id": w.stranger.id, "key": "tone"}),
        },
    ),
    *cases(
        "coaching.add_goal coaching.add_resource coaching.draw_follow_ups",
        {
            "Sam's plan": (LEADS_SAM, lambda w: {"plan_id": w.sams_plan.id}),
            "Olga's plan": (LEADS_OLGA, lambda w: {"plan_id": w.olgas_plan.id}),
        },
        form={"url": "https://x.example", "title": "A link", "version": "0", "size": "1"},
    ),
    *cases(
        "coaching.own_words",
        {
            "Sam's plan": (SAM, lambda w: {"plan_id": w.sams_plan.id}),
            "Olga's plan": (OLGA, lambda w: {"plan_id": w.olgas_plan.id}),
        },
        form={"own_words": "I see", "version": "0"},
    ),
    *cases(
        "coaching.edit_goal",
        {
            "Sam's goal": (LEADS_SAM, in_plan("sams_plan", "goal", "sams_coaching", "goal")),
            "Olga's goal": (LEADS_OLGA, in_plan("olgas_plan", "goal", "olgas_coaching", "goal")),
            "a goal of another plan": ("", in_plan("sams_plan", "goal", "olgas_coaching", "goal")),
        },
        form={"version": "0"},
    ),
    *cases(
        "coaching.edit_action",
        {
            "Sam's action": (LEADS_SAM, lambda w: {"plan_id": w.sams_plan.id, "action_id": w.sams_action.id}),
            "an action of another plan": ("", lambda w: {"plan_id": w.sams_plan.id, "action_id": w.ottos_action.id}),
        },
    ),
    *cases(
        "coaching.remove_resource",
        {
            "Sam's link": (LEADS_SAM, in_plan("sams_plan", "resource", "sams_coaching", "resource")),
            "a link of another plan": ("", in_plan("sams_plan", "resource", "olgas_coaching", "resource")),
        },
        form={"version": "0"},
    ),
    *cases(
        "coaching.add_from_library",
        {
            "in Sam's plan": (LEADS_SAM, in_plan("sams_plan", "template", "sams_coaching", "template")),
            "of strangers": ("", in_plan("sams_plan", "template", "foreign_coaching", "template")),
        },
        form={"version": "0"},
    ),
    *cases(
        "coaching.change_template",
        {
            "in the library": ("quinn", sams("template", "template")),
            "of strangers": ("", strangers("template", "template")),
        },
        form={"version": "7", "state": "retired"},
    ),
    *cases(
        "coaching.retire_training",
        {
            "of Lena's": ("lena quinn", sams("training", "training")),
            "of strangers": ("", strangers("training", "training")),
        },
    ),
    *cases(
        "coaching.meeting coaching.write_meeting",
        {
            "Sam's": (SAM, sams("meeting", "meeting")),
            "Olga's": (OLGA, olgas("meeting", "meeting")),
            "of strangers": ("", strangers("meeting", "meeting")),
        },
    ),
    *cases(
        "coaching.move_meeting coaching.end_meeting",
        {
            "Sam's": (LEADS_SAM, sams("meeting", "meeting")),
            "Olga's": (LEADS_OLGA, olgas("meeting", "meeting")),
            "of strangers": ("", strangers("meeting", "meeting")),
        },
    ),
    *cases(
        "coaching.meeting_file",
        {
            # Quinn may read the meeting, but does not sit in it.
            "Sam's": ("lena sam", sams("meeting", "meeting")),
            "Olga's": ("otto olga", olgas("meeting", "meeting")),
            "of strangers": ("", strangers("meeting", "meeting")),
        },
    ),
    *cases(
        "coaching.change_series",
        {
            "Lena's": ("lena", sams("series", "series")),
            "Otto's": ("otto", olgas("series", "series")),
            "of strangers": ("", strangers("series", "series")),
        },
    ),
    *cases(
        "coaching.answer_example coaching.withdraw_example",
        {
            "Sam's": ("lena sam", sams("example", "example")),
            "Olga's": ("otto olga", olgas("example", "example")),
            "of strangers": ("", strangers("example", "example")),
        },
    ),
    *cases(
        "coaching.wait_list",
        {
            "Sam's": (LEADS_SAM, sams("list", "wait_list")),
            "Olga's": (LEADS_OLGA, olgas("list", "wait_list")),
            "of strangers": ("", strangers("list", "wait_list")),
        },
    ),
    *cases(
        "coaching.leave_wait_list",
        {
            "Sam's": (
                LEADS_SAM,
                lambda w: {"list_id": w.sams_coaching.wait_list.id, "place_id": w.sams_coaching.place.id},
            ),
            "a place of another list": (
                "",
                lambda w: {"list_id": w.sams_coaching.wait_list.id, "place_id": w.olgas_coaching.place.id},
            ),
        },
    ),
]
