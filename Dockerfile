# The image of API and worker alike; compose.yaml says which command each one runs.
# Its only step of its own is `make install`, which tests/operations/test_image.py runs without Docker.

# The patch release is left open, so that building again brings Python's and Debian's security fixes.
ARG PYTHON=python:3.13-slim-trixie

FROM ${PYTHON} AS build
WORKDIR /src
# Unpinned, because Debian keeps one version of make and takes older ones away.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
# What is fetched changes seldom, and is fetched again only when one of these files changes.
COPY Makefile LICENSE README.md pyproject.toml requirements.lock requirements-build.lock ./
COPY frontend/package.json frontend/package-lock.json frontend/
RUN make .venv/.build frontend/node_modules/.package-lock.json
COPY app/ app/
COPY migrations/ migrations/
COPY frontend/ frontend/
RUN make install PREFIX=/srv/vesper && mkdir -p /srv/writable/var

FROM ${PYTHON}
WORKDIR /srv/vesper
COPY --from=build /srv/vesper ./
# The one folder that may be written: SQLite and development keys. PostgreSQL needs none.
COPY --from=build --chown=10001:10001 /srv/writable ./
# Time zones come from the pinned package, never from the image's own copy.
ENV PATH="/srv/vesper/.venv/bin:$PATH" \
    HOME="/tmp" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONTZPATH=""
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://localhost:8000/healthz', timeout=4)"]
CMD ["vesper", "serve", "--host", "0.0.0.0", "--port", "8000"]
