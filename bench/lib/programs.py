"""Compiles the peers and helpers of bench/peers, once per change."""
import os
import subprocess

from .veza import BUILD, ROOT

FOLDER = os.path.join(ROOT, "bench", "peers")
LIBRARIES = {
    "track_get": ("libmicrohttpd libpq", ["src/libdb.a", "src/libbase.a"]),
    "statement": ("libpq libcrypto", ["src/tracks.queries.c", "src/likes.queries.c", "src/auth.queries.c", "src/libdb.a", "src/libbase.a"]),
    "events": ("libpq jansson libcrypto libxxhash", ["src/bus.queries.c", "src/libmodules.a", "src/libdb.a", "src/libbase.a"]),
    "jobs": ("libpq jansson libcrypto libssl libxxhash libcurl librabbitmq", ["src/jobs.queries.c", "src/libmodules.a", "src/libdb.a", "src/libbase.a"]),
    "latency": ("", []),
    "verify": ("cjose jansson libcrypto libpq", []),
    "bcrypt": ("libcrypt", []),
    "sockets": ("libpq", []),
    "music": ("libpng", ["src/demo/libdemo.a"]),
    "media_job": ("libavformat libavcodec libavutil libswresample libswscale libebur128 libchromaprint aubio libseccomp jansson",
                  ["src/media/libmedia.a", "src/libbase.a"]),
}


def go_program(name):
    """bench/peers/NAME/*.go, with the libraries of Debian's golang-…-dev packages."""
    folder, target = os.path.join(FOLDER, name), os.path.join(BUILD, "bench", name)
    inputs = [os.path.join(folder, file) for file in os.listdir(folder)]
    if not os.path.exists(target) or any(os.path.getmtime(i) > os.path.getmtime(target) for i in inputs):
        subprocess.run(["go", "build", "-o", target, "."], check=True, cwd=folder, env={
            **os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": os.path.join(BUILD, "bench", "go-cache"), "GOFLAGS": ""})
    return target


def program(name):
    packages, parts = LIBRARIES[name]
    source, target = os.path.join(FOLDER, name + ".c"), os.path.join(BUILD, "bench", name)
    inputs = [source] + [os.path.join(BUILD, part) for part in parts]
    if os.path.exists(target) and all(os.path.getmtime(i) < os.path.getmtime(target) for i in inputs):
        return target
    os.makedirs(os.path.dirname(target), exist_ok=True)
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", *packages.split()], check=True, stdout=subprocess.PIPE,
                           text=True).stdout.split() if packages else []
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers",
                    "-I" + os.path.join(ROOT, "src"), "-I" + os.path.join(BUILD, "src"), "-o", target, *inputs, *flags, "-lm", "-lpthread"], check=True)
    return target
