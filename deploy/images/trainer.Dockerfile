# A trainer (or evaluator) on the engine node: the services' image, and TensorFlow's own libraries for the processor.
#   docker build -f deploy/images/trainer.Dockerfile --build-arg SERVICES=bnas-mesh/services:0.1.0 -t bnas-mesh/trainer:0.1.0 .
# BUILD_BASE is a Debian with Node and npm, in which the binding is compiled (deploy/engine-node); nothing of it stays.
# An engine that `npm run engine:node` has made is taken as it is by --build-context engine=DIR, DIR/engine being what it made.
ARG SERVICES=bnas-mesh/services:0.1.0
ARG BUILD_BASE=node:24-bookworm-slim

FROM ${SERVICES} AS services

FROM ${BUILD_BASE} AS engine
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates g++ python3 python3-pip
# It tries what it has made, with the tfjs-core of the services.
COPY --from=services /app /app
COPY deploy/engine-node /app/deploy/engine-node
WORKDIR /app
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=false \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf,required=false \
    BNAS_ENGINE_DIR=/engine node deploy/engine-node/build.js \
 && chmod -R a+rX /engine

FROM services
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="bnas-mesh trainer" \
      org.opencontainers.image.description="Binarized neural architecture search: services with the engine node, TensorFlow on the processor" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=engine /engine /opt/bnas/engine
ENV BNAS_ENGINE_DIR=/opt/bnas/engine
