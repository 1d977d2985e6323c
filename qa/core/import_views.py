"""Importing a CSV in the browser: choose a file, look at every change and every refused line, then make the changes.

A room names its entries and carries a sheet out in an open transaction; the three steps are the same for all. Nothing
of the file is kept between the steps: the preview carries it, and the changes are found again before they are made.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from qa.core import audit, entering, taking_in
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError

LARGEST = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """What one kind of thing is called, its columns, and how a sheet of it is carried out."""

    noun: str  # launches
    lead: str
    entries: Callable[[], Sequence[entering.Entry]]
    carry_out: Callable[[Session, Sequence[entering.Row], dt.datetime], taking_in.Outcome]
    object_type: str
    list_endpoint: str
    list_title: str


def add_pages(
    bp: Blueprint, importing: Importing, permission: Permission, path: str = "/import", *, prefix: str = ""
) -> None:
    """Three pages and an example: ``import_form``, ``preview_import``, ``apply_import``, ``import_example``.

    ``prefix`` goes before the endpoints' names, where a blueprint has several kinds of things.
    """
    at = f"{bp.name}.{prefix}"

    @bp.get(path, endpoint=f"{prefix}import_form")
    @requires(permission)
    def import_form() -> ResponseReturnValue:
        return render_template("importing/form.html", importing=importing, entries=importing.entries(), at=at)

    @bp.get(f"{path}/example.csv", endpoint=f"{prefix}import_example")
    @requires(permission)
    def import_example() -> ResponseReturnValue:
        """A file of one line that shows every column."""
        text = io.StringIO()
        rows = csv.writer(text)
        entries = importing.entries()
        rows.writerow([entry.name for entry in entries])
        rows.writerow([entry.example for entry in entries])
        name = f"{importing.noun.replace(' ', '-')}-example.csv"
        return Response(
            "\ufeff" + text.getvalue(),
            mimetype="text/csv",
            headers={"Content-Disposition": f"attachment; filename={name}"},
        )

    @bp.post(path, endpoint=f"{prefix}preview_import")
    @requires(permission)
    def preview_import() -> ResponseReturnValue:
        """What the file would change; nothing is written yet."""
        content = _uploaded()
        sheet = entering.read_csv(content, importing.entries())
        outcome = importing.carry_out(db.session(), sheet.rows, utcnow())
        db.session.rollback()
        return make_response(
            render_template(
                "importing/preview.html",
                importing=importing,
                at=at,
                read=len(sheet.rows),
                rejects=_all_rejects(sheet, outcome),
                changes=outcome.changes,
                content=content.decode("utf-8-sig", errors="replace"),
                digest=_digest(outcome.changes),
            )
        )

    @bp.post(f"{path}/apply", endpoint=f"{prefix}apply_import")
    @requires(permission)
    def apply_import() -> ResponseReturnValue:
        request.max_form_memory_size = LARGEST
        content = request.form.get("content", "").replace("\r\n", "\n").encode()
        sheet, now = entering.read_csv(content, importing.entries()), utcnow()
        outcome = importing.carry_out(db.session(), sheet.rows, now)
        if not outcome.changes or _digest(outcome.changes) != request.form.get("digest"):
            db.session.rollback()
            raise ConflictError(
                f"The {importing.noun} changed since the preview. Load the file again and look at the new preview."
            )
        audit.record(
            db.session(),
            action=f"{importing.object_type}.import",
            object_type="programme",
            object_id=g.actor.programme_id,
            actor_id=g.actor.user_id,
            now=now,
            detail={
                "rows": len(sheet.rows),
                "changes": len(outcome.changes),
                "rejected": len(_all_rejects(sheet, outcome)),
                "digest": hashlib.sha256(content).hexdigest(),
            },
        )
        db.session.commit()
        flash(f"{len(outcome.changes)} changes made from {len(sheet.rows)} rows.", "good")
        return redirect(url_for(importing.list_endpoint))


def _uploaded() -> bytes:
    request.max_form_memory_size = LARGEST
    upload = request.files.get("file")
    if not isinstance(upload, FileStorage) or not upload.filename:
        raise InvalidInputError("Choose a CSV file with a header row.", {"file": "no file chosen"})
    with upload.stream as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InvalidInputError("The file is larger than 2 MB; split it.", {"file": "too large"})
    return content


def _all_rejects(sheet: entering.Sheet, outcome: taking_in.Outcome) -> list[entering.Reject]:
    return sorted([*sheet.rejects, *outcome.rejects], key=lambda each: each.line)


def _digest(changes: Sequence[taking_in.Change]) -> str:
    return hashlib.sha256(repr(list(changes)).encode()).hexdigest()
