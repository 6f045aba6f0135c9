"""The whole transcode of three minutes of music against the ffmpeg command."""
import os
import shutil
import statistics
import subprocess
import time

from . import machine
from .catalogue import wave_file
from .programs import program
from .veza import BINARY

SECONDS = 180
RATES = ((64, "low"), (128, "medium"), (256, "high"))
OURS = ("judged", "unjudged")  # with and without the comparison of what was encoded with its source, which ffmpeg does not do
UNHEARD = "unheard"  # as "judged", but without tempo, key and timbre, and with a fingerprint of the first two minutes, as it once was
HLS = ["-f", "hls", "-hls_time", "5", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]


def output(rate, name, folder, coder):
    """`coder`: ffmpeg's own choice, or the one that Veza begins with (docs/adr/0020-media-aac-coder.md)."""
    same = ["-aac_coder", "fast"] if coder == "same" else []
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    return ["-map", "0:a", "-c:a", "aac", "-b:a", "%dk" % rate, *same, *HLS,
            "-hls_segment_filename", os.path.join(folder, name, "segment_%03d.m4s"), os.path.join(folder, name, "playlist.m3u8")]


def ffmpeg(wav, outputs):
    return ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", wav] + [word for part in outputs for word in part]


def commands(side, wav, folder):
    if side in OURS or side == UNHEARD:
        return [[program("media_job"), BINARY, wav, folder, side]]
    shape, _, coder = side.partition("_coders_")
    parts = [output(rate, name, folder, coder) for rate, name in RATES]
    return [ffmpeg(wav, parts)] if shape == "one_ffmpeg" else [ffmpeg(wav, [part]) for part in parts]


def measure(side, wav, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    lines = commands(side, wav, folder)
    begin = time.monotonic()
    running = [subprocess.Popen(line, stdout=subprocess.DEVNULL) for line in lines]
    usages, codes = [], []
    for process in running:
        _, code, usage = os.wait4(process.pid, 0)
        process.returncode = code
        usages.append(usage)
        codes.append(code)
    wall = time.monotonic() - begin
    if any(codes) or not os.path.exists(os.path.join(folder, "high", "playlist.m3u8")):
        raise RuntimeError("%s failed: %s" % (side, codes))
    return {"wall_s": round(wall, 3), "cpu_s": round(sum(u.ru_utime + u.ru_stime for u in usages), 3),
            "rss_mib": round(sum(u.ru_maxrss for u in usages) / 1024, 1), "load_average": machine.load()[0]}


def run(folder, report, rounds):
    wav = wave_file(folder, SECONDS)
    out = os.path.join(folder, "transcode")
    sides = [*OURS, UNHEARD, "one_ffmpeg_coders_default", "three_ffmpeg_coders_default", "one_ffmpeg_coders_same", "three_ffmpeg_coders_same"]
    samples = {side: [] for side in sides}
    for number in range(rounds):
        for side in sides if number % 2 == 0 else reversed(sides):
            samples[side].append(measure(side, wav, out))
    median = {side: {key: statistics.median(s[key] for s in samples[side]) for key in ("wall_s", "cpu_s", "rss_mib")} for side in sides}
    names = {"one_ffmpeg": "one ffmpeg with three outputs", "three_ffmpeg": "three ffmpeg side by side"}
    details = {"seconds_of_music": SECONDS, "sides": {s: {**median[s], "rounds": samples[s]} for s in sides}}
    for side in sides[3:]:
        shape, _, coder = side.partition("_coders_")
        for our in OURS:
            ratio = {key: statistics.median(b[key] / a[key] for a, b in zip(samples[our], samples[side])) for key in ("wall_s", "cpu_s")}
            what = "180 s of music%s, %s%s" % (", quality checked" if our == "judged" else "", names[shape], ", our choice of coders" if coder == "same" else "")
            has_goal = our == "unjudged"
            report.add(what, "%.2f s" % median[our]["wall_s"], "%.2f s" % median[side]["wall_s"], ratio["wall_s"], "≥ 1.0" if has_goal else None,
                       ratio["wall_s"] >= 1.0 if has_goal else None)
            report.add(what + ", processor time", "%.2f s" % median[our]["cpu_s"], "%.2f s" % median[side]["cpu_s"], ratio["cpu_s"])
            details["ratio_%s_%s" % (our, side)] = {key: round(value, 3) for key, value in ratio.items()}
    report.add("180 s of music, peak memory (RSS)", "%.0f MiB" % median["judged"]["rss_mib"], " / ".join("%.0f MiB" % median[s]["rss_mib"] for s in sides[3:5]))
    for key, what in (("wall_s", "180 s of music, with a whole fingerprint, tempo, key and timbre / as before"), ("cpu_s", "180 s of music, with a whole fingerprint, tempo, key and timbre / as before, processor time")):
        ratio = statistics.median(a[key] / b[key] for a, b in zip(samples["judged"], samples[UNHEARD]))
        report.add(what, "%.2f s" % median["judged"][key], "%.2f s" % median[UNHEARD][key], ratio, "≤ 1.15", ratio <= 1.15)
        details["ratio_judged_unheard_%s" % key] = round(ratio, 3)
    report.details["transcode"] = details
    shutil.rmtree(out, ignore_errors=True)
