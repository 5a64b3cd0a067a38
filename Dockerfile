# Jisr in a container: an ordinary user, a root that can be read-only, libraries by their hashes.
#   docker build -t jisr .      docker run --rm jisr --help

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv /opt/jisr
COPY requirements/run.txt requirements/build.txt requirements/
RUN /opt/jisr/bin/pip install --require-hashes -r requirements/run.txt \
    && python -m pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY network network
COPY locales locales
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/jisr/bin/pip install --no-deps --no-index dist/jisr-*.whl

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Jisr" \
      org.opencontainers.image.licenses="Apache-2.0"
# The folders that stay when the container goes: data, and apart from it the keys.
RUN groupadd --gid 10001 jisr \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin jisr \
    && install --directory --owner=jisr --group=jisr --mode=0700 /data /keys
COPY --from=build /opt/jisr /opt/jisr
ENV PATH=/opt/jisr/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    JISR_HOME=/data \
    JISR_KEY_FILE=/keys/keys.json \
    JISR_HOST=0.0.0.0 \
    JISR_PORT=8080
USER 10001:10001
WORKDIR /data
VOLUME ["/data", "/keys"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
ENTRYPOINT ["jisr"]
CMD ["run"]
