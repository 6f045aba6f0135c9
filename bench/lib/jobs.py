"""Jobs: how many a second are done that do nothing, told by PostgreSQL's notifications and told by RabbitMQ."""
import subprocess
import time

from . import machine
from .bus import sql
from .parts import Parts
from .programs import program
from .report import rate

JOBS = 5000
SINGLE = 100
THREADS = 4


class Workers:
    """Processes that do the jobs."""

    def __init__(self, veza, processes, url):
        self.processes = [subprocess.Popen([program("jobs"), veza.conninfo(), str(THREADS)] + ([url] if url else []), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
                          for _ in range(processes)]

    def stop(self):
        for one in self.processes:
            one.stdin.close()
        for one in self.processes:
            one.wait(30)


def wait_done(veza, count):
    end = time.monotonic() + 300
    while int(sql(veza, "select count(*) from jobs where kind = 'bench.job' and state = 'done'")) < count:
        if time.monotonic() > end:
            raise RuntimeError("the jobs were not done in time")
        time.sleep(0.05)
    if sql(veza, "select count(*) from jobs where kind = 'bench.job' and attempts <> 1") != "0":
        raise RuntimeError("a job was done twice")


def measure(veza, processes, url):
    """Jobs a second of a backlog, processor milliseconds of PostgreSQL and the workers for each, and the median from a single one's commit to its claim in ms."""
    sql(veza, "delete from jobs where kind = 'bench.job'")
    workers = Workers(veza, processes, url)
    try:
        time.sleep(3)  # they are connected
        pids = machine.children(veza.postmaster()) + [one.pid for one in workers.processes]
        cpu = machine.cpu_s(pids)
        sql(veza, "insert into jobs (kind) select 'bench.job' from generate_series(1, %d)" % JOBS)
        wait_done(veza, JOBS)
        per_second = float(sql(veza, "select count(*) / extract(epoch from max(finished_at) - min(locked_at)) from jobs where kind = 'bench.job'"))
        used = (machine.cpu_s(pids) - cpu) / JOBS * 1000
        sql(veza, "delete from jobs where kind = 'bench.job'")
        for _ in range(SINGLE):
            sql(veza, "insert into jobs (kind) values ('bench.job')")
        wait_done(veza, SINGLE)
        median = float(sql(veza, "select percentile_disc(0.5) within group (order by extract(epoch from locked_at - created_at) * 1000) from jobs where kind = 'bench.job'"))
        return per_second, used, median
    finally:
        workers.stop()


def run(veza, report):
    load, parts = machine.load(), Parts("rabbitmq")
    try:
        found = {}
        for processes in (1, 2):
            plain, told = measure(veza, processes, None), measure(veza, processes, parts.settings["RABBITMQ_URL"])
            what = "jobs that do nothing, %d process%s of %d threads" % (processes, "" if processes == 1 else "es", THREADS)
            report.add(what + ", by RabbitMQ, beside PostgreSQL alone", rate(told[0]), rate(plain[0]), told[0] / plain[0])
            report.add("from commit to claim, median", "%.1f ms" % told[2], "%.1f ms" % plain[2], plain[2] / told[2])
            found[processes] = {"rabbitmq": told, "postgresql": plain}
        report.details["jobs"] = {"per_second, cpu_ms_a_job, median_ms": found, "jobs": JOBS, "load_average_before": load, "load_average_after": machine.load()}
    finally:
        parts.remove()
