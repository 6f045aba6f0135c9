# Everything that builds and tests Veza. From the folder of the sources:
#   docker build -f deploy/docker/build.Dockerfile -t veza-build:0.1.0 .
FROM debian:bookworm
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /src
COPY . .
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates make git && tools/setup build run countries && apt-get clean && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 veza && chown -R veza:veza /src
USER veza
RUN make build
CMD ["make", "help"]
