"""One site with much to be told, or that answers slowly, delays nobody else and floods no queue."""

from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer

from core.jobs import Job
from core.jobs_eager import EagerJobs
from core.notices import SEND
from tests.core.notice_receiver import TELLERS, Receiver, Teacher
from tests.doubles import a_site

PEOPLE = [f"person {n}" for n in range(8)]


class Waiting(EagerJobs):
    """Jobs that nobody has begun yet: the worker is busy with somebody's endpoint."""

    def _put(self, job: Job, delay: float) -> str:
        self.delayed.append((delay, job))
        return job.id

    @property
    def notices(self) -> list[str]:
        return [str(job.payload["notice"]) for _, job in self.delayed if job.name == SEND]


def waiting(teacher: Teacher) -> Waiting:
    """Have nothing begun from now on."""
    jobs = Waiting(teacher.jobs.handlers, teacher.services)
    teacher.services.__dict__["jobs"] = jobs
    return jobs


def test_many_notices_to_one_site_do_not_keep_those_to_another_back(
    teacher: Teacher, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.notices.MOST", 4)
    slow, other = a_site(teacher.app).key, a_site(teacher.app).key
    for site in (slow, other):
        teacher.notices.endpoints.set(site, Receiver(httpserver, f"/{site}").url)
    for person in PEOPLE:
        teacher.happens(person, slow)
    teacher.happens("ann", other)
    jobs = waiting(teacher)
    teacher.notices.spread(TELLERS)
    [last] = [row.id for row in teacher.rows() if row.site_key == other]
    assert last in jobs.notices
    assert len(jobs.notices) == 4


def test_a_notice_that_has_arrived_lets_the_next_about_the_same_go_and_puts_no_others(
    teacher: Teacher, httpserver: HTTPServer
) -> None:
    site = a_site(teacher.app).key
    teacher.notices.endpoints.set(site, Receiver(httpserver).url)
    for person in (*PEOPLE, PEOPLE[0], PEOPLE[0]):
        teacher.happens(person, site)
    jobs = waiting(teacher)
    teacher.notices.spread(TELLERS)
    assert len(jobs.notices) == len(PEOPLE)
    first, second = [row.id for row in teacher.rows() if row.about == PEOPLE[0]][:2]
    jobs.delayed.clear()
    teacher.notices.send(first)
    assert jobs.notices == [second]


def test_a_new_address_begins_anew(teacher: Teacher, httpserver: HTTPServer) -> None:
    """What did not arrive at the old one is no reason to give the new one up."""
    site, receiver = a_site(teacher.app).key, Receiver(httpserver)
    teacher.notices.endpoints.set(site, receiver.url)
    receiver.answers = [500]
    teacher.happens("ann", site)
    teacher.spread()
    assert teacher.notices.endpoints.find(site).failing
    teacher.notices.endpoints.set(site, receiver.url)
    assert teacher.notices.endpoints.find(site).failing is None
