# The program's image: web, worker and beat are this image with another command.
FROM python:3.11-slim-bookworm AS packages
COPY requirements-image.lock /
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements-image.lock

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-vie \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin vankho \
    && install -d -o vankho -g vankho -m 0700 /data
COPY --from=packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    REPOSITORY_DATA=/data
WORKDIR /srv/van-kho
COPY . .
RUN python -m scripts.messages && python -m compileall -q -o 0 .
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["scripts/web"]
