"""Every table of every room, so that the metadata is whole wherever the application starts."""

from qa import lazily
from qa.board_notes import models as board_notes
from qa.calibration_sessions import models as calibration_sessions
from qa.calibration_sessions.certification import models as certification
from qa.calibration_sessions.golden import models as golden
from qa.calibration_sessions.series import models as series
from qa.coaching import models as coaching
from qa.coaching.examples import models as coaching_examples
from qa.coaching.follow_ups import models as follow_ups
from qa.coaching.library import models as coaching_library
from qa.coaching.meetings import models as coaching_meetings
from qa.coaching.wait_lists import models as wait_lists
from qa.core import access_log, audit, jobs, limits
from qa.data_exports import models as data_exports
from qa.escalations import models as escalations
from qa.figures import former as former_sums
from qa.figures import models as figures
from qa.incidents import models as incidents
from qa.launches import models as launches
from qa.notices import models as notices
from qa.people import models as people
from qa.reviewer_drift import models as reviewer_drift
from qa.reviews import models as reviews
from qa.reviews.comment_templates import models as comment_templates
from qa.reviews.comments import models as comments
from qa.reviews.disputes import models as disputes
from qa.reviews.second_looks import models as second_looks
from qa.rubric_library import models as rubric_library
from qa.rubric_studies import models as rubric_studies
from qa.sampling import models as sampling
from qa.scheduled_exports import models as scheduled_exports
from qa.sop_gaps import models as sop_gaps
from qa.targets import models as targets
from qa.tickets import models as tickets
from qa.tickets.originals import models as originals
from qa.trends import models as trends

lazily.load(
    access_log,
    audit,
    board_notes,
    calibration_sessions,
    certification,
    coaching,
    coaching_examples,
    coaching_library,
    coaching_meetings,
    comment_templates,
    comments,
    data_exports,
    disputes,
    escalations,
    figures,
    follow_ups,
    former_sums,
    golden,
    incidents,
    jobs,
    launches,
    limits,
    notices,
    originals,
    people,
    reviewer_drift,
    reviews,
    rubric_library,
    rubric_studies,
    sampling,
    scheduled_exports,
    second_looks,
    series,
    sop_gaps,
    targets,
    tickets,
    trends,
    wait_lists,
)
