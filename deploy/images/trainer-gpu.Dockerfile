# A trainer on the engine gpu: the services' image, the libraries of TensorFlow's GPU wheel, and CUDA 12 with cuDNN 9. 4.5 GB.
#   docker build -f deploy/images/trainer-gpu.Dockerfile --build-arg SERVICES=bnas-mesh/services:0.1.0 -t bnas-mesh/trainer-gpu:0.1.0 .
# The driver is the node's: NVIDIA's container toolkit or device plugin brings it into the pod. 525 or newer for CUDA 12.
#
# The other way is TensorFlow.js' own package, @tensorflow/tfjs-node-gpu 4.22, in an image of CUDA 11.8 and cuDNN 8.6:
#   FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04, Node 22 (it does not start on 24),
#   npm i @tensorflow/tfjs-node-gpu@4.22.0 beside the services
# It downloads TensorFlow 2.9 from Google's storage when it is installed, and knows no card newer than CUDA 11.8 does.
ARG SERVICES=bnas-mesh/services:0.1.0
ARG BUILD_BASE=node:24-bookworm-slim

FROM ${SERVICES} AS services

FROM ${BUILD_BASE} AS engine
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates g++ python3 python3-pip
COPY deploy/images/cuda-wheels.txt /tmp/cuda-wheels.txt
# Of the wheels the libraries alone, and what XLA compiles with.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf,required=false \
    python3 -m pip install --no-cache-dir --no-deps --require-hashes --target /wheels --requirement /tmp/cuda-wheels.txt \
 && mkdir -p /cuda/lib /cuda/bin /cuda/nvvm \
 && cp -P /wheels/nvidia/*/lib/*.so* /cuda/lib/ \
 && cp /wheels/nvidia/cuda_nvcc/bin/ptxas /cuda/bin/ \
 && cp -r /wheels/nvidia/cuda_nvcc/nvvm/libdevice /cuda/nvvm/ \
 && rm -rf /wheels
COPY --from=services /app /app
COPY deploy/engine-node /app/deploy/engine-node
WORKDIR /app
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=false \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf,required=false \
    LD_LIBRARY_PATH=/cuda/lib BNAS_ENGINE_DIR=/engine node deploy/engine-node/build.js --gpu \
 && chmod -R a+rX /engine

FROM services
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="bnas-mesh GPU trainer" \
      org.opencontainers.image.description="Binarized neural architecture search: services with the engine gpu, TensorFlow on CUDA 12" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=engine /cuda /opt/bnas/cuda
COPY --from=engine /engine /opt/bnas/engine
ENV BNAS_ENGINE_DIR=/opt/bnas/engine \
    LD_LIBRARY_PATH=/opt/bnas/cuda/lib \
    XLA_FLAGS=--xla_gpu_cuda_data_dir=/opt/bnas/cuda \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
