"""What people have a lot of: pages of a large library and of a long playlist, and likes that come and go."""
from . import load, machine
from .lists import CONNECTIONS, ask, page_cost
from .queries import Peer, compare

SMALL, LARGE, ITEMS = 1000, 100000, 10000
FILL = """
insert into tracks (creator_id, title, artist, duration, duration_ms, format, file_size, status, stream_status, created_at)
select '%s', 'Mine ' || n, 'bench', 215, 215000, 'wav', 0, 'completed', 'ready', now() - n * interval '1 second' from generate_series(%d, %d) n
"""


def against_growth(report, details, name, large, small):
    report.add(name, "%.0f µs" % large, "%.0f µs" % small, large / small, "≤ 1.5", large <= 1.5 * small)
    details[name] = {"large_us": large, "small_us": small}


def pages(veza, me, token, report, details, rounds, seconds):
    bearer = ["Authorization: Bearer " + token]
    first = "/api/v1/tracks?mine=true&limit=20"
    ask(veza, FILL % (me, 1, SMALL) + "; analyze tracks")
    small = page_cost(veza, first, rounds, seconds, bearer)
    ask(veza, FILL % (me, SMALL + 1, LARGE) + "; analyze tracks")
    veza.stop()
    veza.start()  # its statements are planned for the table as it is now
    cursor = veza.call("GET", first + "&page=999&total=false", token=token)["next"]
    for what, path in (("the first page", first), ("the thousandth page", first + "&cursor=" + cursor)):
        against_growth(report, details, "%s of one's own 100,000 tracks, processor time against the first of 1,000" % what,
                       page_cost(veza, path, rounds, seconds, bearer), small)


def playlist(veza, me, token, report, details, rounds, seconds):
    bearer, cost = ["Authorization: Bearer " + token], {}
    for count in (100, ITEMS):
        made = veza.call("POST", "/api/v1/playlists", {"name": "%d items" % count}, token)["id"]
        ask(veza, "insert into playlist_tracks (playlist_id, track_id, position, added_by) select '%s', id, row_number() over (order by id) * 1024, '%s'"
                  " from (select id from tracks where creator_id = '%s' order by id limit %d) t; analyze playlist_tracks" % (made, me, me, count))
        cost[count] = page_cost(veza, "/api/v1/playlists/%s/tracks?limit=50" % made, rounds, seconds, bearer)
    against_growth(report, details, "50 of a playlist of 10,000 items, processor time against 50 of 100", cost[ITEMS], cost[100])


def likes(veza, me, token, report, details, rounds, seconds):
    bearer = ["Authorization: Bearer " + token]
    paths = ask(veza, "select string_agg('/api/v1/tracks/' || id || '/like', E'\\n') from (select id from tracks where title like 'Track number %' limit 500) t").split("\n")
    behind = lambda: machine.children(veza.postmaster())
    peer = Peer(veza, "track_like", {"id": ":id", "viewer": me, "viewer_staff": "false"}, "track_unlike")
    try:
        compare(report, details, "likes that come and go, against the same statements in C", "likes",
                [load.Side("veza", veza.url(paths[0]), lambda: [veza.pid], bearer, "toggle", behind, paths),
                 load.Side("peer", peer.url(paths[0]), peer.pids, bearer, "toggle", behind, paths)], rounds, seconds, 0.8)
    finally:
        peer.stop()
    wrong = ask(veza, "select count(*) from tracks t where like_count <> (select count(*) from track_likes l where l.track_id = t.id)")
    if wrong != "0":
        raise RuntimeError("%s tracks have a wrong number of likes" % wrong)


def run(veza, token, report, rounds, seconds):
    details = {"connections": CONNECTIONS, "seconds_a_round": seconds}
    me = ask(veza, "select id from users where username = 'bench'")
    likes(veza, me, token, report, details, rounds, seconds)
    pages(veza, me, token, report, details, max(1, rounds // 2), seconds)
    playlist(veza, me, token, report, details, max(1, rounds // 2), seconds)
    ask(veza, "delete from playlists where user_id = '%s'; delete from tracks where title like 'Mine %%'" % me)
    report.details["library"] = details
