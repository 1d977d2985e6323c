"""The editor of a draft: one place at a time, saved as one types; the YAML of the same draft; a preview."""

import json
from typing import Any

from flask import Response, current_app, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeSerializer

import rubrics
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.routing import stored_id
from qa.rubric_library import (
    draft_changes,
    drafts,
    editor,
    notes,
    places,
    preview,
    procedures,
    queries,
    scoring_form,
    workflow,
)
from qa.rubric_library.draft_forms import Posted
from qa.rubric_library.drafting import RUBRIC, Node, called, finished
from qa.rubric_library.forms import UploadForm
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.rubric_library.views.blueprint import bp
from qa.rubric_library.views.library import read_file


def get_draft(version_id: int) -> tuple[RubricVersion, RubricFamily] | None:
    """The version when it is a draft; nothing when it is one no longer."""
    version, family = queries.get_version_for(db.session(), g.actor, version_id)
    return (version, family) if version.state == "draft" else None


@bp.get("/versions/<int:version_id>/edit")
@requires(Permission.RUBRIC_DRAFT)
def edit(version_id: int) -> ResponseReturnValue:
    found = get_draft(version_id)
    if found is None:
        return redirect(url_for("rubrics.show", version_id=version_id))
    return edit_page(*found, at=request.args.get("at", RUBRIC))


def edit_page(version: RubricVersion, family: RubricFamily, *, at: str, status: int = 200) -> Response:
    session = db.session()
    state = queries.draft_state(session, version)
    shown = editor_of(version, family, state.tree, at)
    body = render_template(
        "rubrics/edit.html",
        version=version,
        family=family,
        state=state,
        editor=shown,
        base=sealed(version.id, at, drafts.own_values(shown.node)),
        number_choices=number_choices(version, state.tree),
        procedures=procedures.procedures(session, g.actor.programme_id),
        channels=queries.known_channels(session, g.actor.programme_id),
        engines=rubrics.ENGINES,
        scales=draft_changes.SCALE_WORDS,
        focus=request.args.get("focus", ""),
        origin=queries.origin_of(session, version.id),
        **preview_of(shown.value, version_id=version.id),
    )
    return make_response(body, status)


def editor_of(version: RubricVersion, family: RubricFamily, tree: dict[str, Any], at: str) -> editor.Editor:
    session = db.session()
    former = workflow.former_of(session, version)
    former_value = queries.parsed(former.document) if former is not None and former.document else None
    value = editor.shown_value(finished(tree))
    return editor.editor(
        tree,
        at,
        taken=[f"{major}.{minor}" for major, minor in drafts.taken_numbers(session, version)],
        step=workflow.step_problem(former_value, value) if value else None,
        notes=notes.open_counts(session, [family.id])[family.id],
    )


def number_choices(version: RubricVersion, tree: dict[str, Any]) -> list[tuple[str, str]]:
    """The numbers a draft may take: the next minor and major steps, and the one it has."""
    others = sorted(drafts.taken_numbers(db.session(), version))
    numbers = {str(tree["version"]), "1.0"}
    if others:
        major, minor = others[-1]
        numbers = {str(tree["version"]), f"{major}.{minor + 1}", f"{major + 1}.0"}
    return [(each, each) for each in sorted(numbers)]


@bp.post("/versions/<int:version_id>/edit")
@requires(Permission.RUBRIC_DRAFT)
def save(version_id: int) -> ResponseReturnValue:
    """Keep what one place says; then do what a button asks for, and go where that leads."""
    session, now = db.session(), utcnow()
    version, family = queries.get_version_for(session, g.actor, version_id)
    at, action = request.form.get("at", RUBRIC), request.form.get("op", "")
    as_script = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    try:
        keep_place(version, at)
        goal = do(version, at, action)
    except drafts.StaleDraftError as error:
        if as_script:
            raise
        db.session.rollback()
        return conflict_page(version, family, at, error)
    db.session.commit()
    if not as_script:
        return redirect(url_for("rubrics.edit", version_id=version_id, at=goal["at"], focus=goal.get("focus")))
    state = queries.draft_state(session, version)
    return jsonify(**saved_state(editor_of(version, family, state.tree, at), state, now.isoformat(), version_id))


def keep_place(version: RubricVersion, at: str) -> None:
    """Write the posted fields of a place, unless they come from nowhere (a button of the outline)."""
    session, form = db.session(), request.form
    base = read_base(version.id, at, form.get("base"))
    if base is None:
        drafts.locked(session, version)
        return
    posted = Posted(form.to_dict(flat=False))
    by, now = g.actor.user_id, utcnow()
    shown = read_json(form.get("shown"))
    if form.get("settle") == "back":
        places.bring_back(session, version, at=at, posted=posted, by=by, now=now)
    elif shown is not None:
        picks = {name: value for name, value in form.items() if name.startswith("pick.")}
        places.settle(session, version, at=at, posted=posted, base=base, shown=shown, picks=picks, by=by, now=now)
    else:
        places.keep_typed(session, version, at=at, posted=posted, base=base, by=by, now=now)


def sealed(version_id: int, at: str, values: Node) -> str:
    """A place as the page shows it, in a form that only we can have written."""
    return _seal(version_id, at).dumps(values)


def _seal(version_id: int, at: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"draft {version_id} at {at}")


def read_base(version_id: int, at: str, text: str | None) -> places.Base | None:
    """What a page says it showed: sure where it is ours to the letter, else to be looked up among the kept states."""
    try:
        return places.Base(values=_seal(version_id, at).loads(text or ""), sure=True)
    except BadData:
        values = read_json(text)
        return None if values is None else places.Base(values=values)


def read_json(text: str | None) -> Node | None:
    if not text:
        return None
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise InvalidInputError("The page was changed on its way; load it again.") from None
    if not isinstance(value, dict):
        raise InvalidInputError("The page was changed on its way; load it again.")
    return value


def do(version: RubricVersion, at: str, action: str) -> dict[str, str]:
    """What a button of the editor asks for: ``name`` or ``name:argument``; gives where to be next."""
    name, *arguments = action.split(":")
    session, by, now = db.session(), g.actor.user_id, utcnow()
    if not name:
        return {"at": at}
    if name == "go":
        return {"at": arguments[0]} if arguments else {"at": at}
    if name in ("undo", "redo"):
        step = drafts.step_back if name == "undo" else drafts.step_forward
        step(session, version, by=by, now=now)
        return {"at": at}
    tree = drafts.tree_of(session, version)
    try:
        made = CHANGES[name](tree, at, *arguments)
    except (KeyError, TypeError, IndexError) as error:
        raise ConflictError("That is no longer in this draft. Load the page to see how it stands.") from error
    drafts.change(session, version, made, by=by, now=now)
    focus = {"focus": "name"} if name in ("section", "criterion", "duplicate") else {}
    return {"at": made.at, **focus}


CHANGES: dict[str, Any] = {
    "section": lambda tree, at: draft_changes.add_section(tree),
    "criterion": lambda tree, at, after=None: draft_changes.add_criterion(tree, after or at),
    "duplicate": lambda tree, at, node=None: draft_changes.duplicate(tree, node or at),
    "remove": lambda tree, at, node=None: draft_changes.remove(tree, node or at),
    "up": lambda tree, at, node=None: draft_changes.move(tree, node or at, -1),
    "down": lambda tree, at, node=None: draft_changes.move(tree, node or at, 1),
    "count-by": lambda tree, at, what: draft_changes.count_by(tree, what),
    "before": draft_changes.move_before,
    "drag": lambda tree, at, node, target: draft_changes.move_before(tree, node, target),
    "scale": draft_changes.use_scale,
    "level-add": draft_changes.add_level,
    "level-remove": draft_changes.remove_level,
    "level-up": lambda tree, at, level: draft_changes.move_level(tree, at, level, -1),
    "level-down": lambda tree, at, level: draft_changes.move_level(tree, at, level, 1),
}


CHOOSING = ("csrf_token", "op", "shown", "settle")  # what a form about two people's changes adds to what was typed


def conflict_page(
    version: RubricVersion, family: RubricFamily, at: str, error: drafts.StaleDraftError
) -> ResponseReturnValue:
    """Both people's states of one place beside each other, to choose from; a removed place can come back."""
    typed = [
        (name, value)
        for name, values in request.form.lists()
        if name not in CHOOSING and not name.startswith("pick.")
        for value in values
    ]
    body = render_template(
        "rubrics/conflict.html",
        version=version,
        family=family,
        at=at,
        name=called(error.mine if error.mine.get("name") else error.base),
        error=error,
        typed=typed,
        shown=json.dumps(error.theirs),
    )
    return make_response(body, 409)


def saved_state(shown: editor.Editor, state: queries.DraftState, saved_at: str, version_id: int) -> dict[str, Any]:
    """What the editor's script needs after a save."""
    return {
        "saved_at": saved_at,
        "base": sealed(version_id, shown.at, drafts.own_values(shown.node)),
        "errors": {field: {"message": each.message, "missing": each.missing} for field, each in shown.errors.items()},
        "elsewhere": len(shown.elsewhere),
        "places": {
            place.id: {"name": place.name, "share": place.share, "problems": place.problems, "wrong": place.wrong}
            for place in shown.outline
        },
        "key": shown.key,
        "keys": dict(shown.level_keys),
        "rubric_problems": sum(problem.at == RUBRIC for problem in shown.problems),
        "rubric_wrong": sum(problem.at == RUBRIC and not problem.missing for problem in shown.problems),
        "problems": len(shown.problems),
        "undo": state.undo,
        "redo": state.redo,
    }


# The preview


@bp.get("/versions/<int:version_id>/preview")
@requires(Permission.RUBRIC_READ)
def try_out(version_id: int) -> ResponseReturnValue:
    """The scoring form of a version with example answers, and what they score, step by step."""
    version, family = queries.get_version_for(db.session(), g.actor, version_id)
    value = queries.value_of(db.session(), version)
    if value is None:
        value = editor.shown_value(finished(queries.draft_state(db.session(), version).tree))
    return render_template(
        "rubrics/preview.html", version=version, family=family, **preview_of(value, version_id=version_id)
    )


def preview_of(value: rubrics.RubricVersion | None, *, version_id: int) -> dict[str, Any]:
    """The context of the preview: form, score and steps for the answers in the address."""
    example = request.args.get("example", "best")
    channel = request.args.get("channel") or None
    if value is None:
        return {"tried": None, "version_id": version_id}
    answers = preview.example_answers(value, request.args, example=example)
    score = rubrics.score(value, answers, channel=channel)
    return {
        "tried": value,
        "version_id": version_id,
        "sections": scoring_form.shown_sections(value, preview.shown_answers(answers), answers, channel=channel),
        "score": score,
        "steps": [(step.kind, step.text, rubrics.display_score(step.value)) for step in score.steps],
        "example": example,
        "examples": preview.EXAMPLES,
        "channel": channel or "",
        "preview_channels": preview.channels_of(value),
    }


# The YAML of the same draft


@bp.get("/versions/<int:version_id>/edit/yaml")
@requires(Permission.RUBRIC_DRAFT)
def edit_yaml(version_id: int) -> ResponseReturnValue:
    found = get_draft(version_id)
    if found is None:
        return redirect(url_for("rubrics.show", version_id=version_id))
    version, family = found
    state = queries.draft_state(db.session(), version)
    return yaml_page(version, family, text=rubrics.draft_yaml(finished(state.tree)), lock=version.lock_version)


def yaml_page(
    version: RubricVersion,
    family: RubricFamily,
    *,
    text: str,
    lock: int,
    problems: tuple[rubrics.Problem, ...] = (),
    upload: UploadForm | None = None,
    stale: bool = False,
    status: int = 200,
) -> Response:
    body = render_template(
        "rubrics/yaml.html",
        version=version,
        family=family,
        text=text,
        lock=lock,
        problems=problems,
        upload=upload or UploadForm(),
        stale=stale,
    )
    return make_response(body, status)


@bp.post("/versions/<int:version_id>/edit/yaml")
@requires(Permission.RUBRIC_DRAFT)
def save_yaml(version_id: int) -> ResponseReturnValue:
    """Put a YAML text, typed or uploaded, in the place of the draft; every problem is told with its line."""
    session, now = db.session(), utcnow()
    version, family = queries.get_version_for(session, g.actor, version_id)
    upload = UploadForm()
    lock = request.form.get("lock", type=stored_id) or 0
    text = request.form.get("text", "").replace("\r\n", "\n")
    try:
        if upload.file.data:
            text, lock = read_file(upload), version.lock_version
        value = rubrics.load_yaml(text, name="rubric.yaml")
        drafts.locked(session, version)
        if lock != version.lock_version and request.form.get("keep") != "mine":
            db.session.rollback()
            return yaml_page(version, family, text=text, lock=version.lock_version, stale=True, status=409)
        drafts.replace(session, version, value, by=g.actor.user_id, now=now)
    except rubrics.RubricError as error:
        db.session.rollback()
        return yaml_page(version, family, text=text, lock=lock, problems=error.problems, status=422)
    except InvalidInputError as error:
        db.session.rollback()
        problem = rubrics.Problem(file="rubric.yaml", line=None, column=None, path="", message=str(error))
        return yaml_page(version, family, text=text, lock=lock, problems=(problem,), status=422)
    db.session.commit()
    flash("The draft now says what the YAML says. Undo brings the former state back.", "good")
    return redirect(url_for("rubrics.edit", version_id=version_id))


@bp.post("/versions/<int:version_id>/edit/yaml/check")
@requires(Permission.RUBRIC_DRAFT)
def check_yaml(version_id: int) -> ResponseReturnValue:
    """What is wrong in a YAML text as one types it; nothing is kept."""
    queries.get_version_for(db.session(), g.actor, version_id)
    try:
        rubrics.load_yaml(request.form.get("text", "").replace("\r\n", "\n"), name="rubric.yaml")
    except rubrics.RubricError as error:
        return jsonify(
            problems=[
                {"line": each.line, "column": each.column, "path": each.path, "message": each.message}
                for each in error.problems
            ]
        )
    return jsonify(problems=[])
