"""Run the server: granian with worker processes of 32 threads each, one process for jobs (see docs/operating.md)."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable

from core.errors import Misconfigured
from core.jobs_process import JobsProcess
from core.metrics import FOLDER_VARIABLE
from core.services import Services
from core.settings import Settings, check_production, data_folder

# Threads of a worker: at most 10 wait on other servers, 10 hold a stream and 6 read what is sent slowly
# (`core.bodies`), so six always answer.
THREADS = 32
# Connections the kernel keeps for us while all threads are busy.
BACKLOG = 1024
DEMO = "Demo"


def run(
    services: Services,
    *,
    port: int | None,
    host: str | None,
    workers: int,
    demo: bool,
    as_json: bool,
    tell: Callable[[str], None],
    prepare: Callable[[Services, str], object] = lambda _services, _site_key: None,
) -> None:
    """Serve until a signal ends it. The schema is brought up to date before the first worker starts.

    ``prepare`` is called, for a demo, with the services and the demo site's key.
    """
    settings = services.settings
    place = host or settings.host, port or settings.port
    _check_free(*place)
    for warning in check_production(settings):
        tell(f"Warning: {warning}")
    if demo and (own := demo_site(services)):
        prepare(services, own)
    services.close()  # the workers open their own connections
    _metrics_folder(services)
    greeting = "" if as_json else f"Handbill is at {settings.base_url}"
    started = (lambda: tell(greeting)) if greeting else (lambda: None)
    _serve(settings, *place, workers, started)


def _check_free(host: str, port: int) -> None:
    """Raise Misconfigured for a port that is taken, or may not be had.

    Granian's workers share a port (``SO_REUSEPORT``), and would share it with those of another server as well: of two
    that are started by mistake each would get some of the requests.
    """

    async def listen() -> None:
        (await asyncio.start_server(lambda _reader, _writer: None, host, port)).close()

    try:
        asyncio.run(listen())
    except OSError as exc:
        raise _no_port(host, port, exc) from exc


def _no_port(host: str, port: int, why: OSError) -> Misconfigured:
    if why.errno == errno.EADDRINUSE:
        text = f"Port {port} on {host} is taken by another program. Choose another, such as PORT={port + 1} make run."
    elif why.errno == errno.EACCES:
        text = f"This user may not listen on port {port}. Choose one from 1024 on, such as --port 8000."
    else:
        text = f"Nobody can listen on port {port} of {host}: {why.strerror}."
    return Misconfigured(text, field="HANDBILL_PORT")


def demo_site(services: Services) -> str:
    """Return the demo site's key, made where there is no site at all; it follows us to another port."""
    here, sites = services.settings.base_url, services.sites
    found = next((site for site in sites.all() if site.name == DEMO), None)
    if found is None:
        return "" if sites.all() else sites.add(DEMO, origins=(here,), return_to=(here + "/",), public=True).key
    if here not in found.origins:
        sites.change(found.key, origins=(here,), return_to=(here + "/",))
    return found.key


def _metrics_folder(services: Services) -> None:
    data = data_folder(services.settings).absolute()
    if not os.access(data, os.W_OK):
        raise Misconfigured(f"The data folder {data} cannot be written.", field="HANDBILL_DATA")
    folder = data / "metrics"
    shutil.rmtree(folder, ignore_errors=True)  # numbers of workers that are gone
    try:
        folder.mkdir(exist_ok=True)
    except OSError as exc:
        raise Misconfigured(f"{folder} cannot be made: {exc.strerror}.", field="HANDBILL_DATA") from exc
    os.environ[FOLDER_VARIABLE] = str(folder)


def _serve(settings: Settings, host: str, port: int, workers: int, started: Callable[[], None]) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        respawn_failed_workers=True,
        log_level=LogLevels.error,  # it warns of thirty-two threads, which are meant: most of them wait
        log_access=False,
    )
    jobs = JobsProcess(settings)
    server.on_startup(started)
    server.on_startup(jobs.start)
    try:
        server.serve()
    except RuntimeError as exc:
        if "in use" not in str(exc):
            raise
        raise _no_port(host, port, OSError(errno.EADDRINUSE, "taken")) from exc  # by somebody since we looked
    finally:
        jobs.stop()
