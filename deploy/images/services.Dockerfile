# bnas: every service of the mesh and the command line, on the engine wasm. The arguments choose the program:
#   docker build -f deploy/images/services.Dockerfile -t bnas-mesh/services:0.1.0 .
#   docker run bnas-mesh/services:0.1.0 search --preset smoke        the command line
#   docker run --entrypoint node ... services/dataset/dist/main.js   one service, by BNAS_* variables (what the chart does)
# The base is an argument: any glibc with Node 20.19, 22 or 24 and npm. A registry that wants a login gets its .npmrc as a secret,
# which no layer keeps: --secret id=npmrc,src=$HOME/.npmrc.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json build.js turbo.json tsconfig.base.json ./
COPY proto proto
COPY packages packages
COPY services services
COPY cli cli
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=false npm ci --no-audit --no-fund \
 && npm run build \
 && npm sbom --omit=dev --sbom-format=cyclonedx > sbom.cdx.json \
 && npm prune --omit=dev --no-audit --no-fund
# What runs is dist/, bin/, the kernels' .wasm and the description of the API.
RUN rm -rf packages/*/src packages/*/test services/*/src services/*/test cli/src cli/test packages/kernels/assembly \
      */.turbo */*/.turbo .turbo build.js turbo.json tsconfig.base.json \
 && find . -name '*.map' -not -path './node_modules/.bin/*' -delete \
 && find . -name tsconfig.json -not -path './node_modules/*' -delete

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="bnas-mesh services" \
      org.opencontainers.image.description="Binarized neural architecture search: all services and the command line, engine wasm" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build /app /app
# No shell, no writes, no root: facts and blobs are elsewhere, and nothing is written but below /tmp.
USER 65532:65532
ENV NODE_ENV=production HOME=/tmp
# Exec form: node is the one process, and gets the signals.
ENTRYPOINT ["node", "cli/bin/bnas.js"]
CMD ["--help"]
