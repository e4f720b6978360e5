# Every service of the mesh on the engine wasm: one image, the command chooses the service.
# The base is an argument: users take node:22-slim, tests may bring their own.
ARG BASE=node:22-slim

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json turbo.json tsconfig.base.json ./
COPY proto proto
COPY packages packages
COPY services services
COPY cli cli
RUN npm ci && npm run build && npm prune --omit=dev

FROM ${BASE}
LABEL org.opencontainers.image.title="bnas-mesh services" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build /app /app
# No shell, no writes, no root: the log and the store are elsewhere.
USER 65532:65532
ENV NODE_ENV=production
ENTRYPOINT ["node", "cli/bin/bnas.js", "serve"]
