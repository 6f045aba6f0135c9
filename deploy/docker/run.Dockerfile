# Veza alone, for a PostgreSQL elsewhere (DATABASE_URL). First the build image; then, from the folder of the sources:
#   docker build -f deploy/docker/run.Dockerfile -t veza:0.1.0 .
FROM veza-build:0.1.0 AS built
FROM debian:bookworm-slim
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
COPY deploy/debian-packages.txt /tmp/packages
RUN apt-get update && apt-get install -y --no-install-recommends $(awk '/^\[/ { on = $1 == "[image]"; next } on && NF { print $1 }' /tmp/packages) && apt-get clean && rm -rf /var/lib/apt/lists/* /tmp/packages
RUN useradd --system --uid 10001 --home-dir /var/lib/veza --create-home --shell /usr/sbin/nologin veza
COPY --from=built /src/build/veza /usr/bin/veza
COPY --from=built /src/web/dist /usr/share/veza/web
COPY --from=built /src/build/countries /usr/share/veza
ENV VEZA_DATA_DIR=/var/lib/veza VEZA_WEB_DIR=/usr/share/veza/web BIND_ADDRESS=0.0.0.0 PORT_WORKER=18084
WORKDIR /var/lib/veza
USER veza
VOLUME /var/lib/veza
EXPOSE 18080 18082 18084
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/veza"]
CMD ["serve"]
