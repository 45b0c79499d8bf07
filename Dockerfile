FROM python:3.13-slim
WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY bot ./bot
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && useradd --create-home relay \
    && mkdir /data && chown relay /data
USER relay
ENV DATA_DIR=/data
VOLUME /data
CMD ["newsrelay", "run"]
