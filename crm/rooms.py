"""What each room hangs on the application: pages, commands, job handlers, mail templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from flask import Flask

from crm import jobs
from crm.core.settings import Settings


def accounts(app: Flask, _: Settings) -> None:
    from crm.accounts import access, mails, tidying, views

    access.install(app)
    app.register_blueprint(views.bp)
    mails.install()
    jobs.every_day("people tidied", time(3, 10), tidying.nightly)


def workdays(app: Flask, _: Settings) -> None:
    from crm.workdays import commands, views, words

    commands.install(app)
    words.install(app)
    app.register_blueprint(views.bp)


def enterprises(app: Flask, _: Settings) -> None:
    from crm.enterprises import ties, views

    app.register_blueprint(views.bp)
    ties.install()


def tiers(app: Flask, _: Settings) -> None:
    from crm.enterprises import derived, filters, linked, merge_clashes
    from crm.tiers import cadence, cadence_views, calendar_moves, queries, services, views  # noqa: F401 - one hangs itself on
    from crm.tiers.annual import missing
    from crm.tiers.annual import services as annual
    from crm.tiers.annual import views as annual_views  # noqa: F401 - hangs itself on the blueprint
    from crm.workdays import effects

    effects.register(calendar_moves.SORT)
    filters.register(title=queries.holds_title, figures=missing.filtered)
    linked.UNTOLD.add("period_figures")
    for make_room in (services.make_room, annual.make_room):
        if make_room not in merge_clashes.PERIODS:
            merge_clashes.PERIODS.append(make_room)
    derived.DUE_DAYS["next_visit_due_on"] = cadence.refresh
    jobs.every_day("due days", time(0, 20), cadence.nightly)
    app.register_blueprint(views.bp)


def handover(app: Flask, _: Settings) -> None:
    from crm.handover import attached_views, commands, orders, stand_in_views, views

    jobs.each_minute("assignment orders", orders.execute_due)
    app.register_blueprint(views.bp)
    app.register_blueprint(stand_in_views.bp)
    app.register_blueprint(attached_views.bp)
    commands.install(app)


def followups(app: Flask, _: Settings) -> None:
    from crm.enterprises import derived
    from crm.followups import calendar_moves, list_views, many_views, services, ties, views  # noqa: F401 - hang themselves on the blueprint
    from crm.workdays import effects

    effects.register(calendar_moves.SORT)
    derived.RECOUNTS["open_followups"] = services.recount_each
    app.register_blueprint(views.bp)
    ties.install()


def visits(_app: Flask, _: Settings) -> None:
    from crm.enterprises import derived, filters
    from crm.visits import calendar_moves, coverage, policies
    from crm.visits import derived as days
    from crm.workdays import effects

    effects.register(calendar_moves.SORT)
    derived.RECOUNTS["last_visit_on"] = days.catch_up
    filters.register(untold=policies.not_told)
    coverage.install()


def cultivation(app: Flask, _: Settings) -> None:
    from crm.cultivation import (  # noqa: F401 - pages hang themselves on the blueprint of views
        board_export,
        board_moves,
        board_views,
        commands,
        figure_views,
        ladder_views,
        list_forward,
        list_papers,
        list_views,
        merging,
        paper_views,
        papers_ending,
        partner_views,
        plan_views,
        review_round,
        review_views,
        rungs,
        target_views,
        views,
        waiting_views,
    )
    from crm.cultivation.rules.ladder import ladder
    from crm.enterprises import derived, filters, linked, merge_clashes

    ladder()
    linked.UNTOLD.update({"track", "track_span", "track_proposal", "list_member", "track_partner", "track_paper"})
    if merging.make_room not in merge_clashes.PERIODS:
        merge_clashes.PERIODS.append(merging.make_room)
        merge_clashes.TAKEN_BACK.append(merging.make_anew)
    filters.register(rung=rungs.at)
    derived.RECOUNTS["rung"] = rungs.remake
    jobs.every_day("rungs", time(0, 40), rungs.nightly)
    jobs.every_day("papers that end", time(0, 50), papers_ending.nightly)
    commands.install(app)
    app.register_blueprint(views.bp)
    app.register_blueprint(paper_views.bp)
    app.register_blueprint(waiting_views.bp)
    app.register_blueprint(ladder_views.bp)


def reminders(app: Flask, _: Settings) -> None:
    from crm import outbox
    from crm.reminders import digests, kinds, settings_page, timed, views  # noqa: F401 - a page hangs itself on views

    kinds.install()
    outbox.register("digest", digests.prepare, not_sent=digests.not_sent)
    outbox.register("reminder", timed.prepare)
    app.register_blueprint(views.bp)


def imports(app: Flask, _: Settings) -> None:
    from crm.imports import room

    room.install(app)


def desk(app: Flask, _: Settings) -> None:
    from crm.desk import (  # noqa: F401 - pages hang themselves on the blueprint
        assign_many,
        calendar_pages,
        chase_visits,
        contact_sheet,
        enterprise_export,
        enterprise_file,
        enterprise_paper,
        enterprises,
        errors,
        followup_new,
        frame,
        help_pages,
        home,
        leaving,
        list_export,
        policy_pages,
        set_many,
        table_saving,
        template_words,
        todo,
        view_pages,
        views,
        visit_amending,
        visit_export,
        visit_figures,
        visit_files,
        visit_group,
        visit_late,
        visit_ledger,
        visit_list,
        visit_page,
        visit_planning,
        visit_sheet,
        visit_slips,
        visit_text,
        visits,
    )

    errors.install(app)
    frame.install(app)
    template_words.install(app)
    enterprise_export.install()
    visit_export.install()
    app.register_blueprint(views.bp)


def ops(app: Flask, settings: Settings) -> None:
    from crm.ops import (
        commands,
        delivery_pages,  # noqa: F401 - hangs itself on the blueprint of views
        demo_commands,
        demo_mark,
        demo_pages,
        handlers,
        health,
        progress,
        ready,
        reminder_commands,
        suggestion_pages,  # noqa: F401 - hangs itself on the blueprint of views
        views,
    )

    demo_mark.refuse_in_production(app, settings)
    commands.install(app)
    reminder_commands.install(app)
    demo_commands.install(app)
    ready.guard(app)
    handlers.install()
    app.register_blueprint(views.bp)
    app.register_blueprint(health.bp)
    app.register_blueprint(progress.bp)
    if settings.env != "production":
        app.register_blueprint(demo_pages.bp)


ALL: tuple[Callable[[Flask, Settings], None], ...] = (
    accounts,
    workdays,
    enterprises,
    tiers,
    followups,
    visits,
    cultivation,
    handover,
    reminders,
    imports,
    desk,
    ops,
)
