"""Facts about the machine, and what processes use of it."""
import os
import platform
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def first_line(*command):
    try:
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20)
        return "unknown" if run.returncode == 128 else run.stdout.strip().split("\n")[0]
    except (OSError, subprocess.TimeoutExpired):
        return "missing"


def load():
    with open("/proc/loadavg") as file:
        return [float(x) for x in file.read().split()[:3]]


def facts(veza):
    cpu, memory = "", 0
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) // 1024
    return {"date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "cores": os.cpu_count(), "cpu": cpu, "memory_mib": memory,
            "kernel": platform.release(), "load_average_before": load(),
            "versions": {"veza": first_line(veza, "version"),
                         "revision": first_line("git", "-C", os.path.dirname(__file__), "rev-parse", "--short", "HEAD"),
                         "nginx": first_line("nginx", "-v"), "ffmpeg": first_line("ffmpeg", "-version").split(" Copyright")[0],
                         "wrk": first_line("wrk", "-v").split(" Copyright")[0], "gcc": first_line("cc", "--version"),
                         "postgresql": first_line("pg_config", "--version"), "libmicrohttpd": first_line("pkg-config", "--modversion", "libmicrohttpd"),
                         "libpq": first_line("pkg-config", "--modversion", "libpq")}}


def children(pid):
    """pid and everything that it started, directly or not."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as file:
                    parents.setdefault(int(file.read().rpartition(")")[2].split()[1]), []).append(int(name))
            except (OSError, IndexError):
                pass
    found, todo = [], [pid]
    while todo:
        at = todo.pop()
        found.append(at)
        todo += parents.get(at, [])
    return found


def rollup(pid, key):
    try:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            for line in file:
                if line.startswith(key + ":"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def memory_kib(pids):
    return {"pss": sum(rollup(p, "Pss") for p in pids), "rss": sum(rollup(p, "Rss") for p in pids),
            "private": sum(rollup(p, "Private_Dirty") + rollup(p, "Private_Clean") for p in pids)}


def cpu_s(pids):
    """Processor seconds that the processes have used so far."""
    total = 0
    for pid in pids:
        try:
            with open("/proc/%d/stat" % pid) as file:
                fields = file.read().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        except (OSError, IndexError):
            pass
    return total / TICKS


def cpu_fine_s(pids):
    """The same of threads that are there now, to the nanosecond: for what is shorter than some ticks of 10 ms. A thread that ends takes its time with it."""
    total = 0
    for pid in pids:
        try:
            for thread in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/schedstat" % (pid, thread)) as file:
                    total += int(file.read().split()[0])
        except (OSError, IndexError):
            pass
    return total / 1e9
