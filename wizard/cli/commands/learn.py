"""`runvpc learn [LESSON]`: lessons on a simulated cloud, graded on its state and its packets."""

from __future__ import annotations

from argparse import Namespace

from wizard.cli.console import Console
from wizard.cli.learn_lines import (
    grade_lines,
    list_lines,
    question_lines,
    reveal_lines,
    section_lines,
    task_lines,
    title_lines,
)
from wizard.cli.learn_walk import Walk, graded, say_all, show
from wizard.cli.lesson_bench import Bench, open_bench
from wizard.cli.options import Options
from wizard.cli.table import paragraph
from wizard.errors import Exit, InputError, ReadOnlyError
from wizard.lessons import course, library
from wizard.lessons.document import lesson_document
from wizard.lessons.grading import missing
from wizard.lessons.model import Lesson
from wizard.lessons.progress import Progress
from wizard.paths import find_paths


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """List the lessons, or walk through one; FAILED (1) when it was graded and something is missing."""
    if options.sandbox:
        fix = "leave --sandbox out; --sandbox lesson/NAME is for other commands"
        raise InputError("a lesson has a sandbox of its own", field="--sandbox", fix=fix)
    progress = Progress(find_paths().state)
    if not parsed.lesson:
        return _list(parsed, progress, console)
    lesson = course.lesson(parsed.lesson)
    answer = parsed.predict.strip().lower()
    _check_answer(lesson, answer)
    if options.read_only:
        raise ReadOnlyError("work in the sandbox of a lesson")
    bench = open_bench(lesson, options)
    banner = f"SIMULATION {bench.place.name}, {bench.place.pace}: no real cloud, no cost"
    say_all(paragraph(banner, indent=0), console)
    if parsed.reset:
        return _reset(lesson, bench, progress, console)
    if parsed.check:
        return _check(lesson, bench, progress, console)
    if answer:
        return _predict(lesson, bench, progress, console, answer)
    if console.interactive:
        return Walk(lesson, bench, progress, console).run()
    return _tell(lesson, progress, console)


def _list(parsed: Namespace, progress: Progress, console: Console) -> Exit:
    if parsed.check or parsed.reset or parsed.predict:
        names = ", ".join(library.names())
        raise InputError(f"which lesson? lessons: {names}", field="LESSON", fix="runvpc learn LESSON --check")
    known = [(one, progress.state(one.name)) for one in course.lessons()]
    fields = [
        {"name": one.name, "number": one.number, "title": one.title, "minutes": one.minutes, "state": state}
        for one, state in known
    ]
    if console.json:
        console.document({"lessons": fields})
    else:
        say_all(list_lines(known), console)
    return Exit.DONE


def _check_answer(lesson: Lesson, answer: str) -> None:
    if answer and lesson.prediction.choice(answer) is None:
        keys = ", ".join(choice.key for choice in lesson.prediction.choices)
        raise InputError(f"--predict {answer[:20]!r}: one of {keys}", field="--predict", fix="--predict a")


def _tell(lesson: Lesson, progress: Progress, console: Console) -> Exit:
    """Without anybody to ask: everything up to the prediction, and once that was made, the task."""
    entry = progress.begin(lesson.name)
    if console.json:
        console.document(lesson_document(lesson, entry))
        return Exit.DONE
    for lines in (title_lines(lesson), *map(section_lines, lesson.sections), question_lines(lesson.prediction)):
        say_all(("", *lines), console)
    if entry.predicted:
        say_all(("", *reveal_lines(lesson, entry, ""), "", *task_lines(lesson)), console)
    else:
        say_all(("", f"Go on with: runvpc learn {lesson.name} --predict ANSWER"), console)
    return Exit.DONE


def _predict(lesson: Lesson, bench: Bench, progress: Progress, console: Console, answer: str) -> Exit:
    """Keep the prediction (the first one stays), show what happens, and give the task."""
    stays = progress.predicted(lesson.name, answer).predicted != answer
    say_all(("", f"$ {bench.command}"), console)
    shown = show(lesson, bench, progress, console)
    entry = progress.begin(lesson.name)
    if console.json:
        console.document(lesson_document(lesson, entry, shown=shown))
        return Exit.DONE
    say_all(("", *paragraph(lesson.demonstration.shows, indent=0), ""), console)
    if stays:
        say_all(paragraph("Your first prediction stays; --reset begins anew.", indent=0), console)
    say_all((*reveal_lines(lesson, entry, shown.outcome), "", *task_lines(lesson)), console)
    say_all(("", f"Have it graded with: runvpc learn {lesson.name} --check"), console)
    return Exit.DONE


def _check(lesson: Lesson, bench: Bench, progress: Progress, console: Console) -> Exit:
    grades = graded(lesson, bench, progress)
    if console.json:
        console.document(lesson_document(lesson, progress.entry(lesson.name), grades))
    else:
        say_all(("", *grade_lines(lesson, grades, course.following(lesson, progress))), console)
    return Exit.FAILED if missing(grades) else Exit.DONE


def _reset(lesson: Lesson, bench: Bench, progress: Progress, console: Console) -> Exit:
    bench.reset()
    progress.forget(lesson.name)
    if console.json:
        console.document(lesson_document(lesson, None))
    else:
        text = f"{lesson.name} is as it was at the beginning; what you predicted and did is forgotten"
        say_all(paragraph(text, indent=0), console)
    return Exit.DONE
