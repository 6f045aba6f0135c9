"""A small catalogue in the database: one real track, many rows beside it."""
import os
import subprocess

from .programs import program

FILL = """
insert into users (id, username, email, password_hash, role)
select gen_random_uuid(), 'artist' || n, 'artist' || n || '@example.org', 'x', 'content_creator' from generate_series(1, 50) n;
insert into tracks (creator_id, title, artist, album, description, genre, tags, year, bpm, musical_key, duration, duration_ms, format, bitrate,
                    sample_rate, channels, bit_depth, file_size, waveform_path, stream_manifest_url, loudness_lufs, loudness_range_lu,
                    true_peak_dbtp, status, stream_status, created_at)
select u.id, 'Track number ' || n, u.username, 'Album ' || n / 10, repeat('What the artist says about it. ', 6), 'House', array['one', 'two', 'three'],
       2020, 120, 'A minor', 215, 215000, 'wav', 1411, 44100, 2, 16, 3792604, 'x', '/api/v1/tracks/x/hls/master.m3u8', -14.2, 6.1, -1.0,
       'completed', 'ready', now() - n * interval '1 minute'
  from generate_series(1, {rows}) n
  join (select id, username, row_number() over (order by username) as k from users where username like 'artist%') u on u.k = n % 50 + 1;
analyze users, tracks;
"""


def fill(veza, rows):
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", veza.conninfo(), "-c", FILL.format(rows=rows)], check=True)


def wave_file(folder, seconds):
    path = os.path.join(folder, "music-%d.wav" % seconds)
    if not os.path.exists(path):
        subprocess.run([program("music"), str(seconds), path], check=True)
    return path


def real_track(veza, token):
    """Uploads a minute of music and waits until it can be heard. Returns its id."""
    path = wave_file(veza.folder, 60)
    with open(path, "rb") as file:
        status, reply = veza.upload(token, "music.wav", iter(lambda: file.read(1 << 20), b""), os.path.getsize(path), "Music")
    if status != 201:
        raise RuntimeError("upload: %d %s" % (status, reply))
    veza.wait_track(token, reply["id"])
    return reply["id"]
