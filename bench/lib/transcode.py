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
    if side == "veza":
        return [[program("media_job"), BINARY, wav, folder]]
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
    sides = ["veza", "one_ffmpeg_coders_default", "three_ffmpeg_coders_default", "one_ffmpeg_coders_same", "three_ffmpeg_coders_same"]
    samples = {side: [] for side in sides}
    for number in range(rounds):
        for side in sides if number % 2 == 0 else reversed(sides):
            samples[side].append(measure(side, wav, out))
    median = {side: {key: statistics.median(s[key] for s in samples[side]) for key in ("wall_s", "cpu_s", "rss_mib")} for side in sides}
    names = {"one_ffmpeg": "one ffmpeg with three outputs", "three_ffmpeg": "three ffmpeg side by side"}
    ours, details = median["veza"], {"seconds_of_music": SECONDS, "sides": {s: {**median[s], "rounds": samples[s]} for s in sides}}
    for side in sides[1:]:
        shape, _, coder = side.partition("_coders_")
        ratio = statistics.median(b["wall_s"] / a["wall_s"] for a, b in zip(samples["veza"], samples[side]))
        report.add("180 s of music, " + names[shape] + (", our choice of coders" if coder == "same" else ""), "%.2f s" % ours["wall_s"],
                   "%.2f s" % median[side]["wall_s"], ratio, "≥ 1.0", ratio >= 1.0)
        details["ratio_" + side] = round(ratio, 3)
    for what, key, unit in (("processor time", "cpu_s", "%.2f s"), ("peak memory (RSS)", "rss_mib", "%.0f MiB")):
        report.add("180 s of music, " + what, unit % ours[key], " / ".join(unit % median[s][key] for s in sides[1:3]))
    report.details["transcode"] = details
    shutil.rmtree(out, ignore_errors=True)
