"""Every public list at 10,000 and at 1,000,000 tracks: processor time of a page, the first and one behind a thousand rows.

VEZA_BENCH_SCALE names a folder in which the filled data folders are kept for the next time; else they are made and removed, which takes a quarter of an hour."""
import itertools
import json
import os
import subprocess
import time

from . import machine
from .lists import ask
from .veza import BINARY, Veza

SIZES = ((10000, 500), (1000000, 50000))
PASSWORD = "listen-to-veza"  # of the demonstration's named people
ENOUGH_S, REQUESTS = 0.6, (8, 400)
FLOOR_US = 100  # of noise, added to both sides

# What is asked, and in whose name: {…} is a value of IDS.
LISTS = [
    ("tracks", "/api/v1/tracks?limit=20"), ("tracks, oldest", "/api/v1/tracks?limit=20&sort=oldest"), ("tracks, by title", "/api/v1/tracks?limit=20&sort=title"),
    ("tracks of a frequent genre", "/api/v1/tracks?limit=20&genre=Pop"), ("tracks of a rare genre", "/api/v1/tracks?limit=20&genre=Zydeco"),
    ("tracks of a frequent tag", "/api/v1/tracks?limit=20&tag={tag}"), ("tracks of a rare tag", "/api/v1/tracks?limit=20&tag={rare}"),
    ("tracks of a profile", "/api/v1/tracks?limit=20&creator_id={artist}"), ("tracks of a profile, by title", "/api/v1/tracks?limit=20&creator_id={artist}&sort=title"),
    ("own tracks", "/api/v1/tracks?limit=20&mine=true"), ("own tracks, by title", "/api/v1/tracks?limit=20&mine=true&sort=title"),
    ("releases", "/api/v1/releases?limit=20"), ("releases, newest", "/api/v1/releases?limit=20&sort=newest"), ("releases, by title", "/api/v1/releases?limit=20&sort=title"),
    ("releases of a kind", "/api/v1/releases?limit=20&kind=compilation"), ("releases of a profile", "/api/v1/releases?limit=20&creator_id={artist}"),
    ("releases with a track", "/api/v1/releases?limit=20&track_id={track}"), ("tracks of a release", "/api/v1/releases/{release}/tracks?limit=20"),
    ("people", "/api/v1/users?limit=20"), ("people, oldest", "/api/v1/users?limit=20&sort=oldest"), ("people, by name", "/api/v1/users?limit=20&sort=username"),
    ("creators", "/api/v1/users?limit=20&role=content_creator"), ("genres", "/api/v1/genres?limit=20"), ("tags for a genre", "/api/v1/tracks/suggested-tags?limit=20&genre=Pop"),
    ("tags that begin with", "/api/v1/tags/suggest?limit=20&q=lo"),
    ("editorial playlists", "/api/v1/discover/playlists/editorial?limit=20"), ("tracks of a playlist", "/api/v1/playlists/{playlist}/tracks?limit=20"),
    ("playlists of a profile", "/api/v1/users/{listener}/playlists?limit=20"), ("own playlists", "/api/v1/playlists?limit=20"),
    ("followed playlists", "/api/v1/playlists/followed?limit=20"), ("playlists that may please", "/api/v1/playlists/recommendations?limit=20"),
    ("own likes", "/api/v1/users/{listener}/likes?limit=20"), ("likes of a track", "/api/v1/tracks/{track}/likes?limit=20"), ("reposts of a profile", "/api/v1/users/{listener}/reposts?limit=20"),
    ("own history", "/api/v1/history?limit=20"), ("tracks that may please", "/api/v1/tracks/recommendations?limit=20"), ("people that may please", "/api/v1/users/suggestions?limit=20"),
    ("comments of a track", "/api/v1/tracks/{track}/comments?limit=20"), ("history of a track", "/api/v1/tracks/{track}/history?limit=20"), ("one profile", "/api/v1/users/{artist}"),
]
ALONE = {"own tracks", "own tracks, by title", "tags that begin with", "own playlists", "followed playlists", "playlists that may please", "own likes", "likes of a track", "own history",
         "tracks that may please", "people that may please"}  # not for visitors
AS_ARTIST = {"own tracks", "own tracks, by title", "likes of a track"}

IDS = """select json_build_object('artist', (select id from users where username = 'demo.artist'), 'listener', (select id from users where username = 'demo.listener'),
  'tag', (select name from tags order by use_count desc limit 1), 'rare', (select name from tags where use_count >= 3 order by use_count, name limit 1),
  'track', (select t.id from tracks t join users u on u.id = t.creator_id where u.username = 'demo.artist' and track_is_public(t) order by t.like_count desc, t.id limit 1),
  'release', (select id from releases where public_from <= now() order by track_count desc, id limit 1),
  'playlist', (select id from playlists where visibility = 'public' order by track_count desc, id limit 1))"""


def filled(tracks, users):
    """A Veza on a data folder with so many tracks, and whether it stays."""
    kept = os.environ.get("VEZA_BENCH_SCALE")
    veza = Veza()
    if kept:
        os.makedirs(kept, exist_ok=True)
        veza.data = os.path.join(kept, str(tracks))
    began = time.monotonic()
    environment = {"PATH": os.environ.get("PATH", ""), "VEZA_DATA_DIR": veza.data}
    run = subprocess.run([BINARY, "demo", "--tracks", str(tracks), "--users", str(users)], env=environment, cwd=veza.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        raise RuntimeError("veza demo: %s" % run.stdout[-2000:])
    return veza, bool(kept), time.monotonic() - began


def busy_s(veza):
    """Processor seconds of the server and the database, to the nanosecond where the kernel tells."""
    total = 0
    for pid in [veza.pid] + machine.children(veza.postmaster()):
        try:
            for thread in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/schedstat" % (pid, thread)) as file:
                    total += int(file.read().split()[0])
        except (OSError, IndexError):
            pass
    return total / 1e9


def cost_us(veza, path, token):
    """Of one request after the other, the first ones left out: the median of three series. Each address is asked for once, so that no cache answers."""
    numbers = itertools.count()

    def ask_once():
        veza.call("GET", "%s%sn=%d" % (path, "&" if "?" in path else "?", next(numbers)), token=token)

    for _ in range(7):  # the sixth time PostgreSQL may have another plan
        ask_once()
    series = []
    for _ in range(3):
        began, count, end = busy_s(veza), 0, time.monotonic() + ENOUGH_S
        while count < REQUESTS[0] or (time.monotonic() < end and count < REQUESTS[1]):
            ask_once()
            count += 1
        series.append((busy_s(veza) - began) * 1e6 / count)
    return sorted(series)[1]


def measure(veza):
    ids = json.loads(ask(veza, IDS))
    tokens = {who: veza.call("POST", "/api/v1/auth/login", {"email": who + "@demo.invalid", "password": PASSWORD})["access_token"] for who in ("demo.artist", "demo.listener")}
    costs = {}
    for name, path in LISTS:
        path = path.format(**ids)
        for known in (False, True):
            if not known and name in ALONE:
                continue
            token = tokens["demo.artist" if name in AS_ARTIST else "demo.listener"] if known else None
            who = "%s, %s" % (name, "signed in" if known else "visitor")
            try:
                costs[who + ": first page"] = cost_us(veza, path, token)
                if "?" not in path:
                    continue
                rows, cursor = 50, None
                while rows > 1 and not cursor:
                    reply = veza.call("GET", path + "&page=%d&total=false" % rows, token=token)
                    cursor, rows = reply.get("next"), rows // 2
                if cursor:
                    costs[who + ": deep page"] = cost_us(veza, path + "&cursor=" + cursor, token)
            except RuntimeError as error:
                costs[who + ": first page"] = None
                print("  %s: %s" % (who, error), flush=True)
    return costs


def run(report):
    details, costs = {}, {}
    for tracks, users in SIZES:
        veza, stays, seconds = filled(tracks, users)
        try:
            veza.start()
            details["%d tracks" % tracks] = {"filled_s": round(seconds), "database_bytes": int(ask(veza, "select pg_database_size('veza')"))}
            costs[tracks] = measure(veza)
        finally:
            veza.stop()
            if not stays:
                veza.remove()
    small, large = costs[SIZES[0][0]], costs[SIZES[1][0]]
    compared = {name: (small[name], large[name]) for name in small if small.get(name) and large.get(name)}
    worst = sorted(compared, key=lambda name: -(compared[name][1] + FLOOR_US) / (compared[name][0] + FLOOR_US))
    for name in worst:
        a, b = compared[name]
        report.add("list at 1,000,000 tracks against 10,000: " + name, "%.0f µs" % b, "%.0f µs" % a, (b + FLOOR_US) / (a + FLOOR_US), "≤ 1.5", b + FLOOR_US <= 1.5 * (a + FLOOR_US))
    details["pages"] = {name: {"small_us": round(compared[name][0]), "large_us": round(compared[name][1])} for name in worst}
    report.details["lists-at-scale"] = details
